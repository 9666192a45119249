"""Checks a command's options against those known to be harmless: exact spellings only, abbreviations are strangers."""

from collections.abc import Iterator

from msgspec import Struct


class Options(Struct, frozen=True):
    """`short`: letters without a value, free to combine. `values`: letters that take one, attached or next. `long`:
    whole names; each may have =value. Plain words and numbers (-5) pass unless `words` is False."""

    short: str = ""
    long: frozenset[str] = frozenset()
    values: str = ""
    words: bool = True
    numbers: bool = True


def names(text: str) -> frozenset[str]:
    """The words of `text`: a list of names is easier to read without quotes and commas."""
    return frozenset(text.split())


def stray(argv: tuple[str, ...], options: Options) -> str:
    """The first argument that is not known, quoted; "" when all are."""
    rest = iter(argv[1:])
    for word in rest:
        if word == "--":
            return "" if options.words else "--"
        if word == "-" or not word.startswith("-"):
            if not options.words:
                return repr(word)
        elif word.startswith("--"):
            if word.partition("=")[0] not in options.long:
                return repr(word)
        elif options.numbers and word[1:].isdigit():
            continue
        elif not _short(word[1:], options, rest):
            return repr(word)
    return ""


def _short(letters: str, options: Options, rest: Iterator[str]) -> bool:
    """Whether a group of letters is known. A value that looks like an option is not taken for one: the program might
    not take it for a value either."""
    for at, letter in enumerate(letters):
        if letter in options.values:
            if at == len(letters) - 1:
                return not next(rest, "-").startswith("-")
            return True
        if letter not in options.short:
            return False
    return True
