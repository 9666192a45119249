"""Reads sentences for what they ask: the verb a clause begins with, and the noun it acts on."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from droidlite.regex import regex
from droidlite.routing.words import (
    AUXILIARIES,
    FEEBLE,
    FILLERS,
    NOUNS,
    PRONOUNS,
    QUESTIONS,
    STOPS,
    SYMPTOMS,
    VERBS,
)
from droidlite.routing.words import (
    words as words_of,
)

MOST_SENTENCES = 12
"""Read at either end of a text."""
EDGE = 2
"""Sentences at either end of a text that count wholly."""
_MASKED = regex(
    r"`[^`]*`|https?://\S+|(?<![\w.])[\w.]+\([^\s()]*\)"
    r"|(?<![\w./\\@~-])[\w./\\@~-]*[\w\]]\.[\w./-]*\w|(?<![\w.])~?/[\w./-]+"
)
"""What holds dots but ends no sentence: code, calls, names of files, addresses. Each begins where no such word is
under way already, so that a long one is looked through once."""
_SENTENCE = regex(r"[^.!?;:…。!?;:¿¡]+[.!?。!?]*")
_CLAUSE = regex(r",\s+|\s+-+\s+|\s+(?:and|then|but|und|dann|et|puis|y|luego)\s+|[()]")
_WORD = regex(r"[^\W_](?:[\w'’-]*\w)?")
_COMMIT = regex(r"([a-z]+(?: (?:debt|request))?)(?:\([\w-]+\))?!?: ")
_COMMITS = {
    prefix: kind
    for kind, prefixes in {
        "fix": ("fix", "bug", "bugfix"),
        "feature": ("feat", "feature", "feature request", "enhancement"),
        "tests": ("test", "tests"),
        "refactor": ("refactor", "perf", "tech debt"),
        "docs": ("docs", "doc", "documentation", "changelog"),
        "question": ("question",),
        "terminal": ("ci", "build"),
    }.items()
    for prefix in prefixes
}
"""What the first line of a commit message or the title of an issue begins with."""
_DOCUMENTS = {"readme", "docfile", "docs"}
_DOCUMENT = regex(r"\.(?:md|rst|adoc|mdx)\b|(?:^|/)docs/", re.I)

_DENYING = words_of("don't not never without no")
_WORKING = words_of("pass passing green work working succeed compile build stop right again")
_ARTICLES = words_of(
    "the a an all every each der die das den ein eine einen le la les un une des el los las una o os as"
)
_CUTTING = words_of("explaining describing showing covering testing checking listing running saying")
"""Forms in -ing that end the phrase a verb acts on; most belong to it."""
_PARTS_OF = words_of("""improvements generation entry section page row cases case target suite job unit server
    database service image record unitaires unitarias file""")
"""Last words of a phrase that leave its kind to the words before: "test suite", "changelog entry"."""


class Act(Struct, frozen=True):
    """One thing asked for. `imperative`: by a verb, not by a question word."""

    kind: str
    weight: float
    why: str
    imperative: bool = True


def words_in(line: str) -> list[str]:
    return _WORD.findall(line)


def acts_in(lines: Sequence[str]) -> list[Act]:
    """What the sentences ask for, in their order. Of a long text the beginning and the end are read, and what is not
    at its very beginning or end weighs half: there it tells more than it asks."""
    spoken = [line for line in lines if not line.startswith("#")] or lines
    sentences = [sentence for line in spoken for sentence in _sentences_of(line)]
    if len(sentences) > 2 * MOST_SENTENCES:
        sentences = sentences[:MOST_SENTENCES] + sentences[-MOST_SENTENCES:]
    if 0 < len(sentences) <= EDGE:
        sentences[0] = _as_request(sentences[0])
    found = list(_of_commit(lines[0])) if lines else []
    for place, sentence in enumerate(sentences):
        before = words_in(sentences[place - 1]) if place else []
        edge = place < EDGE or place >= len(sentences) - EDGE
        for act in _acts_of(sentence, before, edge=edge):
            found.append(act if edge else replace(act, weight=act.weight / 2))
    return found


def _of_commit(line: str) -> Iterator[Act]:
    """A first line in the manner of commit messages: "fix(api): ..."."""
    commit = _COMMIT.match(line.lower())
    if commit and commit[1] in _COMMITS:
        yield Act(_COMMITS[commit[1]], 3.0, f'"{commit[1]}:"')


def _as_request(sentence: str) -> str:
    """A title's first word as one would ask for it: "removed" and "removing" are "remove"."""
    word = sentence.partition(" ")[0]
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and word not in VERBS:
            for verb in (stem, stem + "e", stem[:-1], stem[:-1] + "y"):
                if verb in VERBS:
                    return verb + sentence[len(word) :]
    return sentence


def _sentences_of(line: str) -> list[str]:
    masked = _MASKED.sub(_mask, line.lower().replace("’", "'"))
    return [sentence.strip() for sentence in _SENTENCE.findall(masked) if sentence.strip()]


def _mask(match: re.Match[str]) -> str:
    """A word without dots in its place."""
    return " docfile " if _DOCUMENT.search(match[0]) else " codefile "


def _acts_of(sentence: str, before: list[str], *, edge: bool) -> Iterator[Act]:
    asks = sentence.endswith(("?", "?"))
    words = words_in(sentence)
    if not words:
        return
    if (asks or edge) and (question := _question(words, asks)):
        yield question
        return
    found = False
    for clause in _CLAUSE.split(sentence):
        for act in _act(words_in(clause), before, sentence):
            found = True
            yield act
    if asks and not found:
        yield Act("question", 1.5, "a question mark", False)
    if not found and not asks:
        yield from _verbless(words, first=not before)


def _question(words: list[str], asks: bool) -> Act | None:
    bare = [word for word in words[:4] if word not in FILLERS]
    first = words[0]
    if first in QUESTIONS or (bare and bare[0] in QUESTIONS and words.index(bare[0]) < 3):
        return Act("question", 3.0, f'"{bare[0] if bare else first}"', False)
    if asks and first in AUXILIARIES and not any(word in VERBS for word in bare[:1]):
        return Act("question", 2.5, "a question", False)
    return None


def _act(words: list[str], before: list[str], sentence: str) -> list[Act]:
    """The act of one clause, as a list of at most two."""
    wish, denied = False, False
    while words and (words[0] in FILLERS or words[0] in _DENYING):
        wish = wish or words[0] in ("need", "want", "i'd")
        denied = denied or words[0] in _DENYING
        words = words[1:]
    if not words or denied:
        return []
    first, pair = words[0], " ".join(words[:2])
    kind, verb = (VERBS[pair], pair) if pair in VERBS else (VERBS.get(first, ""), first)
    if not kind:
        return _made(words, before, sentence, "want") if wish else []
    rest = words[2:] if verb == pair and " " in pair else words[1:]
    if rest[:1] == ["nothing"]:
        return []
    if first in ("make", "get"):
        return _brought_about(rest, verb)
    if kind == "make":
        return _made(rest, before, sentence, verb)
    if kind == "update":
        return _updated(rest, verb)
    return _acted(kind, rest, verb)


def _acted(kind: str, rest: list[str], verb: str) -> list[Act]:
    head = _object(rest)
    if kind == "question" and not _DOCUMENTS.isdisjoint(rest) and "in" in rest:
        return [Act("docs", 3.0, f'"{verb}" in a document')]
    if verb in FEEBLE:
        return [Act(kind, 1.5, f'"{verb}"')]
    if kind in ("refactor", "fix") and head and NOUNS.get(head[-1]) == "docs":
        return [Act(kind, 1.5, f'"{verb}"'), Act("docs", 4.0, f'"{head[-1]}"')]
    return [Act(kind, 3.0, f'"{verb}"')]


def _brought_about(rest: list[str], verb: str) -> list[Act]:
    """ "make the tests pass" mends something; "make the box complete words" adds something."""
    if not _WORKING.isdisjoint(rest):
        return [Act("fix", 3.0, f'"{verb} ... pass"')]
    return [Act("feature", 1.5, f'"{verb}"')] if verb == "make" and len(rest) > 2 else []


def _made(rest: list[str], before: list[str], sentence: str, verb: str) -> list[Act]:
    head = _object(rest)
    if not head or head[-1] in PRONOUNS:
        head = before if any(NOUNS.get(word) == "tests" for word in before) else head
    kind, noun = _noun(head)
    if kind == "feature" and "missing" in head and not SYMPTOMS.isdisjoint(words_in(sentence)):
        return [Act("fix", 3.0, f'"{verb}" what is missing')]
    if not head:
        return [Act("feature", 1.5, f'"{verb}"')]
    return [Act(kind, 3.0 if kind != "terminal" else 2.0, f'"{verb} {noun}"')]


def _updated(rest: list[str], verb: str) -> list[Act]:
    kind, noun = _noun(_object(rest))
    if kind == "feature" and not _DOCUMENTS.isdisjoint(rest):
        return [Act("docs", 2.0, f'"{verb}" in a document')]
    if kind == "feature":
        return [Act("refactor" if verb in ("improve", "rework") else "feature", 1.0, f'"{verb}"')]
    return [Act(kind, 2.0 if kind == "terminal" else 3.0, f'"{verb} {noun}"')]


def _object(words: list[str]) -> list[str]:
    """The phrase a verb acts on, up to a preposition or a form in -ing."""
    phrase: list[str] = []
    for word in words[:10]:
        if phrase and (word in STOPS or (word.endswith("ing") and word in _CUTTING)):
            break
        if word not in STOPS and word not in FILLERS and word not in _ARTICLES:
            phrase.append(word)
    return phrase


def _noun(head: list[str]) -> tuple[str, str]:
    """The kind of a phrase by its last word, or by an earlier one where the last is a part of it."""
    if not head:
        return "feature", ""
    if head[-1] in NOUNS:
        return NOUNS[head[-1]], head[-1]
    if head[-1] in _PARTS_OF:
        for word in head:
            if word in NOUNS:
                return NOUNS[word], word
    return "feature", head[-1]


def _verbless(words: list[str], *, first: bool) -> Iterator[Act]:
    """A sentence that is a phrase: "snapshot tests for the header"; or a title that speaks of texts or tests."""
    head = _object(words)
    kind, noun = _noun(head)
    if kind in ("tests", "docs") and len(words) > 1 and len(head) <= 4:
        yield Act(kind, 2.5, f'"{noun}"')
    elif first and (spoken := [word for word in words if NOUNS.get(word) in ("tests", "docs")]):
        yield Act(NOUNS[spoken[0]], 1.2, f'"{spoken[0]}"')
