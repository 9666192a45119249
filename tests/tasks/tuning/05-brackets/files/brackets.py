"""Are the brackets of an expression balanced?"""

PAIRS = {")": "(", "]": "[", "}": "{"}


def balanced(text):
    """True when every bracket is closed by its own kind, in the right order; other characters do not matter."""
    depth = 0
    for character in text:
        if character in PAIRS.values():
            depth += 1
        elif character in PAIRS:
            depth -= 1
    return depth == 0
