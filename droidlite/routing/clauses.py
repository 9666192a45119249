"""Reads sentences for what they ask: the verb a clause begins with, and the noun it acts on."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

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

MOST_SENTENCES = 12
"""Read at either end of a text."""
_MASKED = re.compile(r"`[^`]*`|https?://\S+|[\w./\\@~-]*[\w\]]\.[\w./-]*\w|(?<![\w.])~?/[\w./-]+")
_SENTENCE = re.compile(r"[^.!?;:…。!?;:¿¡]+[.!?。!?]*")
_CLAUSE = re.compile(r",\s+|\s+-+\s+|\s+(?:and|then|but|und|dann|et|puis|y|luego)\s+|[()]")
_WORD = re.compile(r"[^\W_](?:[\w'’-]*\w)?")
_COMMIT = re.compile(r"(fix|feat|docs?|tests?|refactor|chore|ci|build|perf)(?:\([\w-]+\))?!?: ")
_COMMITS = {"feat": "feature", "doc": "docs", "test": "tests", "perf": "refactor", "ci": "terminal", "build": "terminal", "chore": ""}
_DOCUMENT = re.compile(r"\.(?:md|rst|adoc|mdx)\b|(?:^|/)docs/", re.I)


class Act(Struct, frozen=True):
    """One thing asked for. `imperative`: by a verb, not by a question word."""

    kind: str
    weight: float
    why: str
    imperative: bool = True


def words_in(line: str) -> list[str]:
    return _WORD.findall(line)


def acts_in(lines: Sequence[str]) -> list[Act]:
    """What the sentences ask for, in their order; a long text's beginning and end only."""
    sentences = [sentence for line in lines for sentence in _sentences_of(line)]
    if len(sentences) > 2 * MOST_SENTENCES:
        sentences = sentences[:MOST_SENTENCES] + sentences[-MOST_SENTENCES:]
    found = []
    before: list[str] = []
    for sentence in sentences:
        words = words_in(sentence)
        found += list(_acts_of(sentence, before))
        before = words
    commit = _COMMIT.match(lines[0].lower()) if lines else None
    if commit and (kind := _COMMITS.get(commit[1], commit[1])):
        found.insert(0, Act(kind, 3.0, f'"{commit[1]}:"'))
    return found


def _sentences_of(line: str) -> list[str]:
    masked = _MASKED.sub(_mask, line.lower().replace("’", "'"))
    return [sentence.strip() for sentence in _SENTENCE.findall(masked) if sentence.strip()]


def _mask(match: re.Match[str]) -> str:
    """A word that holds neither dots nor verbs, in place of code, names of files and addresses."""
    return " docfile " if _DOCUMENT.search(match[0]) else " codefile "


def _acts_of(sentence: str, before: list[str]) -> Iterator[Act]:
    asks = sentence.endswith(("?", "?"))
    words = words_in(sentence)
    if not words:
        return
    if question := _question(words, asks):
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
        yield from _verbless(words)


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
    while words and (words[0] in FILLERS or words[0] in ("don't", "not", "never", "without", "no")):
        wish = wish or words[0] in ("need", "want", "i'd")
        denied = denied or words[0] in ("don't", "not", "never", "without", "no")
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
    if kind == "question" and any(word in ("readme", "docfile", "docs") for word in rest) and "in" in rest:
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


_WORKING = frozenset("pass passing green work working succeed compile build stop right again".split())


def _made(rest: list[str], before: list[str], sentence: str, verb: str) -> list[Act]:
    head = _object(rest)
    if head and head[-1] in PRONOUNS or not head:
        head = before if any(NOUNS.get(word) == "tests" for word in before) else head
    kind, noun = _noun(head)
    if kind == "feature" and "missing" in head and not SYMPTOMS.isdisjoint(words_in(sentence)):
        return [Act("fix", 3.0, f'"{verb}" what is missing')]
    if not head:
        return [Act("feature", 1.5, f'"{verb}"')]
    return [Act(kind, 3.0 if kind != "terminal" else 2.0, f'"{verb} {noun}"')]


def _updated(rest: list[str], verb: str) -> list[Act]:
    kind, noun = _noun(_object(rest))
    if kind == "feature":
        return [Act("refactor" if verb in ("improve", "rework") else "feature", 1.0, f'"{verb}"')]
    return [Act(kind, 3.0, f'"{verb} {noun}"')]


def _object(words: list[str]) -> list[str]:
    """The phrase a verb acts on, up to a preposition or a form in -ing."""
    phrase: list[str] = []
    for word in words[:10]:
        if phrase and (word in STOPS or (word.endswith("ing") and word in _CUTTING)):
            break
        if word not in STOPS and word not in FILLERS:
            phrase.append(word)
    return phrase


_CUTTING = frozenset("explaining describing showing covering testing checking listing running saying".split())


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


_PARTS_OF = frozenset(
    """entry section page row cases case target suite job unit server database service image record instructions
    unitaires unitarias file""".split()
)


def _verbless(words: list[str]) -> Iterator[Act]:
    """A sentence that is a phrase: "snapshot tests for the header"."""
    head = _object(words)
    kind, noun = _noun(head)
    if kind in ("tests", "docs") and len(words) > 1 and len(head) <= 4:
        yield Act(kind, 2.5, f'"{noun}"')
