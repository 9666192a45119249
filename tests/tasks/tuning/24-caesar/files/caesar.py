"""The oldest cipher."""

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def encrypt(text, shift):
    """Every letter moved by shift places; everything else stays as it is."""
    result = ""
    for character in text:
        if character.lower() in ALPHABET:
            place = ALPHABET.index(character.lower())
            result += ALPHABET[place + shift]
        else:
            result += character
    return result


def decrypt(text, shift):
    return encrypt(text, -shift)
