"""Narrows a question down to one of several failing tests, and to the functions that this test calls.

Told of all that fails, a small model thinks of the last it read; what mends one test is kept and built on.
"""

import re

import msgspec

from droidlite.providers.local.episode import Situation
from droidlite.providers.local.forms import Trial
from droidlite.providers.local.history import Run
from droidlite.providers.local.regions import find_regions
from droidlite.regex import regex

_BLOCK = regex(r"^={20,}\n(.*?)(?=^={20,}\n|^-{20,}\nRan |\Z)", re.MULTILINE | re.DOTALL)
_NOT_OK = regex(r"^not ok .*?(?=^(?:not )?ok |^# Subtest|^1\.\.|\Z)", re.MULTILINE | re.DOTALL)


def failing_blocks(run: Run | None) -> list[str]:
    """What a check printed of each failing test; nothing where that cannot be told apart."""
    output = run.output if run is not None and run.code else ""
    return [match[1] for match in _BLOCK.finditer(output)] or _NOT_OK.findall(output)


def focused(now: Situation, base: Trial, turn: int) -> tuple[Situation, Trial]:
    """The same, as if only one of the tests had failed: with every turn the next."""
    blocks = failing_blocks(base.run)
    if base.run is None or not blocks:
        return now, base
    block = blocks[turn % len(blocks)]
    names = [region.name for region in find_regions(base.view.path, base.view.lines) if not region.is_class]
    called = tuple(name for name in dict.fromkeys(names) if re.search(rf"\b{re.escape(name)}\(", block))
    task = msgspec.structs.replace(now.task, names=called or now.task.names)
    run = msgspec.structs.replace(base.run, output=block)
    return msgspec.structs.replace(now, task=task), Trial(base.view, run)
