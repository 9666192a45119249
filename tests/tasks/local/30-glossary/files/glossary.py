"""A glossary of technical words; how a word is written (capitals, spaces) does not matter."""


def key(word):
    return " ".join(word.lower().split())


def add(terms, word, text):
    """Writes down the meaning of a word; a new meaning replaces the old one."""
    terms[key(word)] = text


def meaning(terms, word):
    return terms.get(word, f"{word} is not in the glossary")


def forget(terms, word):
    """Removes a word, if it is there."""
    terms.pop(key(word), None)


def starting_with(terms, letters):
    """The words that start with some letters, in alphabetical order."""
    return sorted(word for word in terms if word.startswith(key(letters)))
