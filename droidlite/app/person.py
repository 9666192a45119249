"""Who can be asked during a session, and how."""

from collections.abc import Callable

from msgspec import Struct

from droidlite.errors import CapReached
from droidlite.tool import Answer, Approval, Question


class Person(Struct, kw_only=True):
    """Who can be asked, and how; all None in a headless run. raise_cap answers with True where the cap was raised."""

    approve: Callable[[Approval], Answer] | None = None
    answer: Callable[[Question], str] | None = None
    raise_cap: Callable[[CapReached], bool] = lambda reached: False
