"""Decides what one run of a check says: done, not done, or nothing that could be held against the state before."""

import re
from collections.abc import Iterable

from msgspec import Struct

from droidlite.checks.tests import Tests
from droidlite.regex import regex

TOLD = 12
"""Names of tests in one sentence."""
_RED = regex(
    r"\b(?:fail(?:s|ed|ing)?|red|broken)\s+(?:\w+\s+)?(?:tests?|suite|specs?|ci|build)\b"
    r"|\b(?:tests?|suite|specs?)\s+(?:\w+\s+)?(?:fail(?:s|ing)?|(?:is|are)\s+(?:red|broken|failing))\b"
    r"|\bmake\s+(?:all\s+)?(?:the\s+)?tests?\s+(?:pass|green)\b",
    re.I,
)
"""A prompt about tests that fail is about those that do."""
_WORD = regex(r"[\w./-]+")


class Ran(Struct, frozen=True, kw_only=True):
    """One run of a check. `exit_code` None = stopped at its limit; `tests` None = it tells nothing of tests; `known`:
    its runner is one whose output is read, and nothing in the command hides it."""

    exit_code: int | None
    output: str = ""
    tests: Tests | None = None
    known: bool = False
    seconds: float = 0.0


class Verdict(Struct, frozen=True, kw_only=True):
    """`passed`: the work is done as far as the check can tell; `reason` says why not, or what is to be known about a
    pass; `unproven`: the pass tells nothing that was not so before the work; `failing` names tests."""

    passed: bool
    reason: str = ""
    unproven: bool = False
    failing: tuple[str, ...] = ()


def judge(run: Ran, before: Ran | None = None, prompt: str = "") -> Verdict:
    """What `run` says. `before` is how the check went before any work (None = not known: the exit code decides);
    tests red in it count only where `prompt` names them."""
    if run.exit_code is None:
        return Verdict(passed=False, reason="It was stopped at its limit of time.")
    if run.exit_code in (126, 127):
        return Verdict(passed=False, reason=f"It cannot be run: exit code {run.exit_code} of the shell says so.")
    if run.exit_code == 0:
        return _green(run, before)
    failing = _listed(run.tests.failing if run.tests else ())
    if before is None or before.tests is None or run.tests is None:
        return Verdict(passed=False, failing=failing)
    return _red(run, before, prompt)


def _green(run: Ran, before: Ran | None) -> Verdict:
    if run.known and (run.tests is None or run.tests.ran == 0):
        return Verdict(passed=False, reason="It ended with exit code 0, but it says of no test that it ran.")
    if before is None or before.exit_code is None:
        return Verdict(passed=True)
    if before.exit_code == 0:
        return Verdict(passed=True, unproven=True, reason="It passed before any work: it tells only what breaks.")
    if before.tests and run.tests and run.tests.passing is not None:
        lost = before.tests.failing - run.tests.passing if before.tests.passing is not None else frozenset()
        lost = frozenset(name for name in lost if not _is_file(name))
        if lost:
            named = _listed(lost)
            return Verdict(
                passed=False, failing=named, reason=f"Failed before, and now skipped or gone: {sentence(named)}."
            )
    return Verdict(passed=True)


def _is_file(name: str) -> bool:
    """Whether this is a module that could not be collected: once it can be, its tests have names of their own."""
    return "::" not in name


def _red(run: Ran, before: Ran, prompt: str) -> Verdict:
    assert run.tests is not None
    assert before.tests is not None
    now, then = run.tests, before.tests
    if new := now.failing - then.failing:
        names = _listed(new)
        return Verdict(passed=False, failing=names, reason=f"Newly failing: {sentence(names)}.")
    if run.exit_code != before.exit_code or not now.failing:
        why = "It fails in another way than before the work."
        return Verdict(passed=False, failing=_listed(now.failing), reason=why)
    if now.ran is not None and then.ran is not None and now.ran < then.ran:
        why = f"{now.ran} tests ran; before the work it was {then.ran}."
        return Verdict(passed=False, failing=_listed(now.failing), reason=why)
    if named := named_in(prompt, now.failing):
        names = _listed(named)
        return Verdict(passed=False, failing=names, reason=f"Named in the task and still failing: {sentence(names)}.")
    names = _listed(now.failing)
    return Verdict(
        passed=True,
        unproven=now.failing == then.failing,
        failing=names,
        reason=f"What fails failed before the work too: {sentence(names)}.",
    )


def named_in(prompt: str, failing: Iterable[str]) -> frozenset[str]:
    """Of these tests those the prompt is about: named by themselves, their class or their file, or all of them where
    it speaks of tests that fail without naming any."""
    names = frozenset(failing)
    words = {word.strip(".") for word in _WORD.findall(prompt)}
    stems = words | {word.rpartition("/")[2].partition(".")[0] for word in words if "." in word or "/" in word}
    found = frozenset(name for name in names if _parts(name) & stems or _title(name) in prompt)
    if found or any(re.search(r"(?:^|[_./])tests?(?:$|[_.])|Tests?$", word) for word in words if len(word) > 5):
        return found
    return names if _RED.search(prompt) else frozenset()


def _parts(name: str) -> set[str]:
    """What a prompt may call a test: function, class, module; single plain words are too common to tell."""
    parts = {part.partition("[")[0] for part in re.split(r"::|\.|/|\s+", name)}
    return {part for part in parts if len(part) > 4 and ("test" in part.lower())} - {"tests"}


def _title(name: str) -> str:
    """The last part of a name made of words, which a prompt may quote; never part of a prompt where there is none."""
    last = re.split(r" › | > ", name)[-1]
    return last if " " in last else "\0"


def _listed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def sentence(names: tuple[str, ...]) -> str:
    """The names, the first TOLD of them."""
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more
