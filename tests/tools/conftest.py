"""A root to work in, and calls that must fail."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from workspace import Workspace

from droidlite.tools import close_jobs


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path.resolve())
    yield workspace
    close_jobs(workspace.context)


@pytest.fixture
def failing(work: Workspace) -> Callable[..., str]:
    """Calls a tool that must fail; returns its one sentence."""

    def call(tool: str, /, **arguments: Any) -> str:
        outcome = work.call(tool, **arguments)
        assert outcome.is_error, outcome
        assert "\n" not in outcome.content
        return outcome.content

    return call
