"""Which words does a text use most?"""


def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def top_words(text, limit=3):
    """The most frequent words in lower case, as (word, count), most frequent first."""
    counts = count_words(text)
    ordered = sorted(counts.items(), key=lambda item: item[1], reverse=True)
    return ordered[:limit]
