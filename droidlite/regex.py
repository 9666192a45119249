"""Patterns that cost nothing until something is looked for: compiling all of them took a sixth of the time to start."""

import re
from typing import TYPE_CHECKING, Any, AnyStr, Generic, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["regex"]


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, compiled when it is first used; so only a test finds one that cannot be compiled."""
    return cast("re.Pattern[AnyStr]", _Later(pattern, flags))


class _Later(Generic[AnyStr]):
    """Answers what it is asked for first from the compiled pattern, and keeps the answer: what follows costs no more
    than with the pattern itself."""

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.__dict__["_made"] = lambda: re.compile(pattern, flags)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made: Callable[[], re.Pattern[AnyStr]] = self._made
        value = getattr(made(), name)
        self.__dict__[name] = value
        return value
