"""Tells what kind of task a prompt asks for, and how surely, from signs that each speak for one kind.

| kind     | what speaks for it                                                                                       |
|----------|----------------------------------------------------------------------------------------------------------|
| fix      | fix, repair, debug; stack traces, compiler errors, failing tests; "crashes", "doesn't"; bug report forms |
| feature  | add, create, implement, support + anything that is no test, text or server; feature request forms        |
| tests    | add, write, cover + tests, specs, coverage, fixtures; only test files named                              |
| refactor | refactor, rename, extract, move, split, simplify, convert; "no behaviour change"                         |
| docs     | document, proofread; write, update + README, docstrings, guide, changelog; only documents named          |
| question | what, how, why, where, explain, review; sentences that end with "?"; "don't change anything"             |
| terminal | run, install, deploy, configure, set up, compile, restart; docker, nginx, cron, ssh, ports               |
| other    | nothing of this, or too little: single words, "continue", ticket numbers                                 |

Every sign adds its weight to its kind; the first thing asked for weighs most. With T the greatest sum and S the next,
the confidence is T / (T + S + 1): one clear verb alone is 0.75, a verb against a sign as strong 0.43. Below FLOOR the
kind is "other". The weights were set by hand on the development half of tests/routing/prompts.toml; scripts/kinds
prints what became of both halves.
"""

from collections import defaultdict
from itertools import pairwise

from droidlite.regex import regex
from droidlite.routing.clauses import Act, acts_in, words_in
from droidlite.routing.prompt import Parts
from droidlite.routing.tree import is_document, is_test
from droidlite.routing.words import OPERATIONS, SYMPTOM_PHRASES, TEMPLATES, UNSPACED

FIRST, LATER = 1.0, 0.4
"""How much an act counts by its place."""
MOST_LATER = 4
LONG = 40
"""Words from which on a text that asks nothing at once is a report."""
FLOOR = 0.35
"""Least confidence a kind is told with."""
_ADDRESS = regex(r"\w+://\S+")


class Signs:
    """Sums of weights by kind, and the words for them."""

    def __init__(self) -> None:
        self.sums: defaultdict[str, float] = defaultdict(float)
        self.why: dict[str, list[str]] = defaultdict(list)

    def add(self, kind: str, weight: float, why: str) -> None:
        self.sums[kind] += weight
        if weight > 0 and why not in self.why[kind]:
            self.why[kind].append(why)


def read_kind(parts: Parts, paths: tuple[str, ...], *, verified: bool = False) -> tuple[str, float, tuple[str, ...]]:
    """Kind, confidence (0 to 1) and the signs of that kind, strongest places first. `paths`: files of the repository
    that the prompt names; `verified`: a check ends the task, so that something is to be changed."""
    signs = Signs()
    _read_acts(parts, signs)
    _read_pasted(parts, signs)
    _read_phrases(parts, signs)
    _read_paths(paths, signs)
    if verified:
        signs.add("question", -1.0, "")
    said = " ".join((*parts.said, *parts.issue))
    return _decide(signs, single=said.isascii() and len(words_in(said)) == 1)


def _decide(signs: Signs, *, single: bool) -> tuple[str, float, tuple[str, ...]]:
    ordered = sorted(signs.sums.items(), key=lambda item: (-item[1], item[0]))
    if not ordered or ordered[0][1] <= 0:
        return "other", 0.0, ()
    (kind, top), second = ordered[0], max(0.0, ordered[1][1]) if len(ordered) > 1 else 0.0
    confidence = round(top / (top + second + 1), 2)
    if single and not any(why.startswith(("a ", "an ", "test ")) for why in signs.why[kind]):
        confidence = min(confidence, 0.3)
    if confidence < FLOOR:
        return "other", confidence, tuple(signs.why[kind][:5])
    return kind, confidence, tuple(signs.why[kind][:5])


def _read_acts(parts: Parts, signs: Signs) -> None:
    acts = acts_in(parts.said)
    if parts.issue:
        if any(act.kind == "tests" for act in acts):
            signs.add("tests", 4.0, "tests asked for an issue")
            return
        signs.add("fix", 2.0, "an issue to resolve")
        acts = acts_in(parts.issue)
    for place, act in enumerate(_in_weight(acts)):
        signs.add(act.kind, act.weight * (FIRST if place == 0 else LATER), act.why)


def _in_weight(acts: list[Act]) -> list[Act]:
    """What is asked for, the most telling first: a request to change something goes before a question."""
    asked = [act for act in acts if act.kind != "question"]
    questions = [act for act in acts if act.kind == "question"]
    if asked and questions and asked[0].imperative and not questions[0].imperative:
        return [*asked, *questions][:MOST_LATER]
    return acts[:MOST_LATER]


def _read_pasted(parts: Parts, signs: Signs) -> None:
    for place, name in enumerate(parts.traces[:2]):
        signs.add("fix", (2.5, 0.5)[place], name)
    if parts.tests:
        signs.add("fix", 1.0, f"test {parts.tests[0]}")
    if parts.code:
        signs.add("fix", 0.5, "code to show it")
    if parts.shell:
        signs.add("terminal", 1.0, "shell commands")


def _read_phrases(parts: Parts, signs: Signs) -> None:
    lines = [_ADDRESS.sub(" ", line.lower().replace("’", "'")) for line in (*parts.said, *parts.issue)]
    whole = "\n".join(lines)
    for phrase, kind, weight in TEMPLATES:
        if phrase in whole:
            signs.add(kind, weight, f'"{phrase}"')
    words = [word for line in lines for word in words_in(line)]
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    symptoms = [word for word in dict.fromkeys((*words, *pairs)) if word in SYMPTOM_PHRASES]
    if len(words) >= LONG and (parts.code or parts.traces) and not acts_in(parts.said[:1]):
        signs.add("fix", 1.5, "a report with code")
    title = set(words_in(lines[0])) if len(lines) > 2 else set()
    if not title.isdisjoint(SYMPTOM_PHRASES):
        signs.add("fix", 0.7, "said in the title")
    for place, word in enumerate(symptoms[:4]):
        signs.add("fix", (1.0, 0.7, 0.5, 0.3)[place], f'"{word}"')
    operations = dict.fromkeys(word for word in words if word in OPERATIONS)
    for word in list(operations)[:5]:
        signs.add("terminal", 0.4, f'"{word}"')
    if not whole.isascii():
        for place, (word, kind) in enumerate([each for each in UNSPACED if each[0] in whole][:3]):
            signs.add(kind, (3.0, 1.0, 0.5)[place], f'"{word}"')


def _read_paths(paths: tuple[str, ...], signs: Signs) -> None:
    files = [path for path in paths if not path.endswith("/")]
    if files and all(map(is_test, files)):
        signs.add("tests", 0.7, "only test files named")
    if files and all(map(is_document, files)):
        signs.add("docs", 1.2, "only documents named")
