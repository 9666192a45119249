"""The folders the true program is run in; a test that needs more in one overrides the fixture and adds it."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What droidlite takes for a repository, without git having made it."""
    root = tmp_path / "folder"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return root


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A git repository with nothing in it."""
    root = tmp_path / "repo"
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    return root
