"""Where git finds the repository it was begun in, and where another one could pass for it."""

from pathlib import Path

import pytest

from droidlite.commands.gitplaces import stays_home
from droidlite.commands.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    root = tmp_path.resolve() / "root"
    for folder in (".git/worktrees/more", "src/deep", "other/.git", "bare/objects", "bare/refs", "more", "planted"):
        (root / folder).mkdir(parents=True)
    (root / "bare" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / "more" / ".git").write_text(f"gitdir: {root}/.git/worktrees/more\n")
    (root / "planted" / ".git").write_text("gitdir: ../other/.git\n")
    (root / "out").symlink_to(tmp_path)
    return Tree(str(root))


@pytest.mark.parametrize(
    ("command", "home"),
    [
        ("git add -A && git commit -m 'x (y) | z'", True),
        ("git -C . commit", True),
        ("git -C src -C deep add .", True),
        ("cd src/deep && git add . && git -C . commit", True),
        ("cd more && git commit -m x", True),
        ("git -C . checkout -b x", True),
        ("git -C src/../src add .", True),
        ("git -C other add .", False),
        ("cd other && git add .", False),
        ("cd bare && git add .", False),
        ("git -C bare/objects add .", False),
        ("git -C planted add .", False),
        ("git -C .. add .", False),
        ("git -C out add .", False),
        ("git -C /tmp add .", False),
        ("cd && git add .", False),
        ("git -C nowhere add .", False),
        ("git checkout x && git -C src add .", False),
        ("git stash pop; cd src; git add .", False),
    ],
)
def test_whose_repository_git_finds(tree: Tree, command: str, home: bool) -> None:
    assert stays_home(command, tree) is home


def test_from_a_folder_below(tree: Tree) -> None:
    below = Tree(tree.root, cwd=f"{tree.root}/src")
    assert [stays_home(f"git -C {folder} add .", below) for folder in ("..", "deep", "../other")] == [True, True, False]
