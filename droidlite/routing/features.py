"""What kind of task this is, told from the prompt and the names of the repository's files: no model, no network."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from droidlite.routing.kinds import read_kind
from droidlite.routing.prompt import cut, take_apart
from droidlite.routing.tree import has_tests, languages_of, named_in, tools_of
from droidlite.types import TaskKind as TaskKind

UNKNOWN = 0.9
"""How much of the confidence stays where the repository's files could not be listed."""


class Features(Struct, frozen=True, kw_only=True):
    """All the router looks at. `confidence` (0 to 1) is how surely the kind is recognised, `why` the signs it was
    recognised by. paths: files the task is about, relative to the root. files: how many the repository has.
    mode: whether somebody can be asked; worker: a session started by a mission; verified: a check will end the task;
    budget_usd: what may be spent at most."""

    prompt: str = ""
    kind: str = "other"
    confidence: float = 0.0
    why: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    toolchain: tuple[str, ...] = ()
    has_tests: bool = False
    has_trace: bool = False
    files: int = 0
    mode: Literal["interactive", "headless"] = "interactive"
    worker: bool = False
    verified: bool = False
    budget_usd: float | None = None


def read_features(
    prompt: str,
    listing: Sequence[str],
    *,
    mode: Literal["interactive", "headless"],
    worker: bool = False,
    verified: bool = False,
    budget_usd: float | None = None,
) -> Features:
    """What a prompt and the paths of the repository's files (relative, with "/") tell of a task. Takes any text and
    raises nothing; the order of the paths makes no difference. Without any paths the confidence is lowered."""
    told = _read(prompt, listing, verified=verified)
    return replace(told, mode=mode, worker=worker, verified=verified, budget_usd=budget_usd)


def _read(prompt: str, listing: Sequence[str], *, verified: bool) -> Features:
    text = cut(prompt)
    parts = take_apart(text)
    names = [path.rpartition("/")[2] for path in listing]
    distinct = set(names)
    paths = named_in(text, listing, distinct)
    kind, confidence, why = read_kind(parts, paths, verified=verified)
    return Features(
        prompt=prompt.encode("utf-8", "replace").decode(),
        kind=kind,
        confidence=confidence if listing else round(confidence * UNKNOWN, 2),
        why=why,
        paths=paths,
        languages=languages_of(paths) or languages_of(names),
        toolchain=tools_of(distinct),
        has_tests=has_tests(listing),
        has_trace=bool(parts.traces),
        files=len(listing),
    )
