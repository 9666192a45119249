"""Flash cards for learning words.

The cards of a file are separated by blank lines. The first line of a card is
the question, all the other lines are the answer.
"""


def make_card(lines):
    return {"question": lines[0], "answer": " ".join(lines[1:])}


def parse_cards(text):
    """The cards of a file, in order."""
    cards = []
    lines = []
    for line in text.splitlines():
        if line.strip():
            lines.append(line.strip())
        elif lines:
            cards.append(make_card(lines))
            lines = []
    return cards


def is_right(card, typed):
    """Capital letters and spaces at the ends do not matter."""
    return typed.strip().lower() == card["answer"].lower()
