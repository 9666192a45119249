import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

import droidlite
from droidlite.regex import regex

MODULES = sorted(m.name for m in pkgutil.walk_packages(droidlite.__path__, "droidlite.") if m.name[-8:] != "__main__")


def patterns(value: Any) -> Iterator[Any]:
    if type(value) is type(regex("")):
        yield value
    elif isinstance(value, dict):
        yield from patterns(tuple(value.values()))
    elif isinstance(value, tuple | list | frozenset):
        for part in value:
            yield from patterns(part)


def test_it_is_the_pattern_compiled_at_its_first_use() -> None:
    words = regex(r"(?P<first>a)b", re.IGNORECASE)
    assert vars(words).keys() == {"_made"}
    assert words.sub("-", "xABx") == "x-x"
    assert (words.pattern, words.flags & re.I, words.groupindex["first"]) == (r"(?P<first>a)b", re.I, 1)
    assert regex(rb"\d+").findall(b"1 22") == [b"1", b"22"]


def test_one_that_cannot_be_compiled_says_so_when_it_is_used() -> None:
    broken = regex("(")
    with pytest.raises(re.error, match="missing"):
        broken.search("")


def test_every_pattern_can_be_compiled() -> None:
    found = [each for name in MODULES for each in patterns(tuple(vars(importlib.import_module(name)).values()))]
    assert len(found) > 150
    assert {type(each.pattern) for each in found} == {str, bytes}


def test_none_is_compiled_while_a_module_is_loaded() -> None:
    """`re.compile` outside a function is work for whoever only asks for the version."""
    early = []
    for name in MODULES:
        module = importlib.import_module(name)
        early += [f"{name}.{key}" for key, value in vars(module).items() if isinstance(value, re.Pattern)]
    assert early == []
