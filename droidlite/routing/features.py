"""What kind of task this is, told from the prompt and the list of the repository's files: no model, no network."""

from typing import Literal

from msgspec import Struct

from droidlite.types import TaskKind as TaskKind


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
