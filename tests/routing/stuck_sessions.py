"""Scripted sessions as steps: healthy ones with all that looks like trouble and is none, and stuck ones. Seeded."""

import json
import random
from collections.abc import Callable, Iterator

from msgspec import Struct, structs

from droidlite.routing.signals import Step, digest_of

TRACEBACK = (
    "Traceback (most recent call last):\n  File \"{file}\", line {line}, in <module>\nKeyError: 'id'\nerror: failed"
)
TAIL_USD = 1.0
"""The spend that 95 % of the solved tasks of these sessions stay below."""


class Stuck(Struct, frozen=True):
    """`at`: the index of the step at which the pattern can be told at the earliest: whoever knew it could say so."""

    pattern: str
    steps: tuple[Step, ...]
    at: int


class Scene:
    """Makes steps one by one; `spends` per call."""

    def __init__(self, seed: int, spends: float = 0.0) -> None:
        self.chance = random.Random(seed)
        self.spent, self.spends = 0.0, spends or self.chance.uniform(0.002, 0.02)
        self.files = [f"src/{name}.py" for name in ("cart", "users", "views", "models", "mail", "tax", "api", "jobs")]
        self.edits = 0

    def call(
        self,
        name: str,
        text: str,
        *,
        code: int | None = None,
        failing: frozenset[str] | None = None,
        **arguments: object,
    ) -> Step:
        self.spent += self.spends * self.chance.uniform(0.5, 1.5)
        changes = name in ("edit", "write")
        return Step(
            name=name,
            arguments=json.dumps(arguments, sort_keys=True),
            is_error=bool(code),
            exit_code=code,
            digest=digest_of(text),
            changed=(str(arguments["file_path"]),) if changes and not code else (),
            failing=failing,
            spent_usd=self.spent,
        )

    def file(self) -> str:
        return self.chance.choice(self.files)

    def read(self, path: str = "", offset: int = 0) -> Step:
        path = path or self.file()
        text = f"{path} as of edit {self._words(self.edits)}: {self._words(offset)} def main(): ..."
        if self.chance.random() < 0.3:
            text += TRACEBACK.format(file=path, line=self.chance.randrange(300))
        return self.call("read", text, file_path=path, offset=offset)

    def grep(self, pattern: str = "") -> Step:
        pattern = pattern or f"{self.chance.choice(('def', 'class', 'import', 'TODO'))} {self.chance.randrange(10_000)}"
        hit = self.chance.random() < 0.5
        return self.call(
            "shell", f"{pattern} found" if hit else "", code=0 if hit else 1, command=f"grep -rn {pattern}"
        )

    def edit(self, path: str = "") -> Step:
        self.edits += 1
        path = path or self.file()
        return self.call("edit", f"Edited {path}.", file_path=path, old_string=f"a{self.edits}", new_string="b")

    def test(self, failing: set[str], *, error: str = "", command: str = "pytest -q", named: bool = True) -> Step:
        seconds = self.chance.uniform(0.1, 9)
        lines = [f"FAILED {name}" for name in sorted(failing)]
        text = "\n".join([error, *lines, f"{len(failing)} failed, 31 passed in {seconds:.2f}s"])
        names = frozenset(failing) if named else None
        return self.call("shell", text, code=1 if failing else 0, failing=names, command=command)

    def _words(self, number: int) -> str:
        """A number that survives the digest's blindness for numbers, as changed source text does."""
        return "".join(chr(ord("a") + int(digit)) for digit in str(number))


# --- healthy ----------------------------------------------------------------------------------------------------------


def healthy(seed: int) -> tuple[Step, ...]:
    """20 to 70 steps of work that gets somewhere, of several habits at once."""
    scene = Scene(seed)
    habits = list(HABITS)
    scene.chance.shuffle(habits)
    steps: list[Step] = []
    for habit in habits[: scene.chance.randint(3, len(habits))]:
        steps += list(habit(scene))
    return tuple(steps)


def red_to_green(scene: Scene) -> Iterator[Step]:
    """Tests are red from the start; an edit mends one or none, never three in a row none."""
    red, idle = {f"tests/test_{n}.py::test_{n}" for n in range(scene.chance.randint(2, 5))}, 0
    yield scene.test(red)
    while red:
        yield scene.edit()
        if scene.chance.random() < 0.3:
            yield scene.read()
        if idle == 2 or scene.chance.random() < 0.6:
            red, idle = set(sorted(red)[1:]), 0
        else:
            idle += 1
        yield scene.test(red)


def failing_greps(scene: Scene) -> Iterator[Step]:
    for _ in range(scene.chance.randint(4, 12)):
        yield scene.grep()


def tracebacks_in_files(scene: Scene) -> Iterator[Step]:
    for path in scene.chance.sample(scene.files, 5):
        yield scene.call("read", f"{path} {TRACEBACK.format(file=path, line=3)}", file_path=path)
        yield scene.call("shell", f"log of {path}: ERROR failed error: exit 1", code=0, command=f"cat {path}.log")


def codes_by_design(scene: Scene) -> Iterator[Step]:
    """diff, test, cmp and linters tell by their exit code, and are asked again after each change."""
    for path in scene.chance.sample(scene.files, 4):
        yield scene.call("shell", f"{path} differs", code=1, command=f"diff {path} {path}.orig")
        yield scene.edit(path)
        yield scene.call("shell", "All checks passed!", code=0, command="ruff check .")
        yield scene.call("shell", "", code=1, command=f"test -e {path}.bak")


def long_reading(scene: Scene) -> Iterator[Step]:
    for path in scene.files:
        for offset in range(0, scene.chance.choice((1, 2, 4)) * 2_000, 2_000):
            yield scene.read(path, offset)


def other_arguments(scene: Scene) -> Iterator[Step]:
    """The same command fails with one argument after another until one fits."""
    for attempt in range(scene.chance.randint(3, 6)):
        option = chr(ord("a") + attempt)
        yield scene.call("shell", f"unknown option -{option}", code=2, command=f"tool -{option}")
    yield scene.call("shell", "done", code=0, command="tool --all")


def linting(scene: Scene) -> Iterator[Step]:
    """The same check passes after every edit."""
    for _ in range(scene.chance.randint(3, 6)):
        yield scene.edit()
        yield scene.call("shell", "All checks passed!", code=0, command="ruff check .")


def looking_twice(scene: Scene) -> Iterator[Step]:
    """The same file before and after a change, the same status now and then."""
    path = scene.file()
    for _ in range(3):
        yield scene.read(path)
        yield scene.call("shell", f"M {path}", code=0, command="git status --short")
        yield scene.edit(path)


def without_network(scene: Scene) -> Iterator[Step]:
    """What no model can help: blocked, over and over."""
    for _ in range(scene.chance.randint(3, 8)):
        failed = scene.call("shell", "Could not resolve host", code=6, command="curl -s https://example.com")
        yield structs.replace(failed, blocked="network")


HABITS: tuple[Callable[[Scene], Iterator[Step]], ...] = (
    red_to_green,
    failing_greps,
    tracebacks_in_files,
    codes_by_design,
    long_reading,
    other_arguments,
    linting,
    looking_twice,
    without_network,
)


# --- stuck ------------------------------------------------------------------------------------------------------------


def stuck(seed: int) -> Stuck:
    """A healthy beginning, then one of the patterns, by turns, for 20 steps more."""
    scene = Scene(seed)
    start = [*failing_greps(scene), *long_reading(scene)][: scene.chance.randint(3, 12)]
    name, make = list(PATTERNS.items())[seed % len(PATTERNS)]
    if name == "spend tail":
        scene.spent, scene.spends = TAIL_USD * scene.chance.uniform(0.85, 1.0), 0.02
    steps, at = make(scene)
    return Stuck(name, (*start, *steps), len(start) + at)


def same_call(scene: Scene) -> tuple[list[Step], int]:
    """From its third time on it is a repetition."""
    path = scene.file()
    return [scene.call("read", f"{path} text", file_path=path) for _ in range(20)], 2


def back_and_forth(scene: Scene) -> tuple[list[Step], int]:
    """A B A B: the fourth tells."""
    one, two = scene.chance.sample(scene.files, 2)
    by_turns = [scene.call("read", f"{path} text", file_path=path) for path in (one, two) * 10]
    return by_turns, 3


def same_error(scene: Scene) -> tuple[list[Step], int]:
    """Edit, run, the same error but for its line number: the fourth time tells."""
    steps: list[Step] = []
    for _ in range(10):
        error = TRACEBACK.format(file="src/cart.py", line=scene.chance.randrange(300))
        steps.append(scene.call("shell", error, code=1, command="python -m cart"))
        steps.append(scene.edit("src/cart.py"))
    return steps, 6


def unchanged_failures(scene: Scene) -> tuple[list[Step], int]:
    """One or two edits and the tests, which fail as before: four edits in vain tell."""
    red = {"tests/test_a.py::test_one", "tests/test_b.py::test_two"}
    steps, edits, at = [scene.test(red)], 0, 0
    for _ in range(8):
        for _ in range(scene.chance.choice((1, 1, 2))):
            steps.append(scene.edit())
            edits += 1
        steps.append(scene.test(red))
        at = at or (len(steps) - 1 if edits >= 4 else 0)
    return steps, at


def spend_tail(scene: Scene) -> tuple[list[Step], int]:
    """Past what the solved tasks cost, and going round among things known: both tell, the second after six steps of
    which one at most is new."""
    known = [scene.read(path) for path in scene.files[:4]]
    steps = [*known]
    for number in range(16):
        again = known[number % 4]
        steps.append(structs.replace(again, spent_usd=scene.call("x", "").spent_usd))
    past = next((n for n, step in enumerate(steps) if step.spent_usd >= TAIL_USD), len(steps))
    return steps, max(past, 4 + 4)


PATTERNS: dict[str, Callable[[Scene], tuple[list[Step], int]]] = {
    "same call": same_call,
    "A-B-A-B": back_and_forth,
    "same error after edits": same_error,
    "unchanged failures": unchanged_failures,
    "spend tail": spend_tail,
}
