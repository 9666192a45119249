"""What is known of how models do at kinds of task: counts and costs, never texts. Shipped, and a person's own."""

import msgspec
from msgspec import Struct, field

FORMAT = 1
"""The format this droidlite reads and writes; a file of a later one is not used."""
STEPS = 21
"""Quantiles kept of a distribution: 0, 5, ... 100 %."""


class Record(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One model's runs at one kind of task: how many, how many solved, mean cost in USD, the cost quantiles of the
    solved and of the failed ones (STEPS values, () = none seen). `price` is the list price the costs came from, in USD
    per million tokens, input and output (0 = not known)."""

    runs: float
    solved: float
    cost: float
    solved_cost: tuple[float, ...] = ()
    failed_cost: tuple[float, ...] = ()
    price: tuple[float, float] = (0.0, 0.0)


class Pair(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """Two models, A and B (A before B in the order of their names), on the same tasks: how many both solved, only A,
    only B, neither; the mean cost in USD of B on tasks A solved and on tasks A failed, and of A on tasks B solved and
    on tasks B failed."""

    both: float
    first: float
    second: float
    neither: float
    b_solved_a: float
    b_failed_a: float
    a_solved_b: float
    a_failed_b: float


class Kind(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All models at one kind. `pairs` by "A|B". `tail`: of all failed runs of all models, the share whose cost was at
    most the model's own 0, 5, ... 100 % quantile of solved cost (STEPS values): how far spend alone tells failure."""

    models: dict[str, Record]
    pairs: dict[str, Pair] = field(default_factory=dict)
    tail: tuple[float, ...] = ()


class Evidence(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`version` names it in decisions; `date` (ISO) is when its runs were made; `source` says where it comes from."""

    format: int = FORMAT
    version: str = ""
    date: str = ""
    source: str = ""
    kinds: dict[str, Kind] = field(default_factory=dict)


def read_evidence(content: bytes, name: str) -> Evidence:
    """The evidence in a JSON file called `name`. Raises ValueError with one sentence where it cannot be used."""
    try:
        told = msgspec.json.decode(content, type=_Format)
        if told.format > FORMAT:
            raise ValueError(f"{name} is of format {told.format}, from a newer droidlite; this one reads {FORMAT}")
        return msgspec.json.decode(content, type=Evidence)
    except msgspec.DecodeError as error:
        raise ValueError(f"{name} is damaged: {error}") from error


class _Format(Struct, frozen=True):
    format: int = FORMAT
