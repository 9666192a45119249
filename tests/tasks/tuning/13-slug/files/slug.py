"""Readable names for web addresses."""

LIMIT = 40


def slugify(title):
    """Lower-case words joined by single dashes; nothing but letters, digits and dashes."""
    slug = ""
    for character in title.lower():
        if character.isalnum():
            slug += character
        else:
            slug += "-"
    return slug[:LIMIT]


def unique_slug(title, taken):
    """slugify(title), with -2, -3, ... behind it when it is taken already."""
    slug = slugify(title)
    number = 2
    while slug in taken:
        slug = f"{slugify(title)}-{number}"
        number += 1
    return slug
