"""Which files a command must leave alone: what is there, what is not there yet, and what a link stands for."""

from pathlib import Path
from typing import get_args

import pytest

from droidlite.errors import Refused
from droidlite.sandbox.protecting import NAMES, Protected, protected
from droidlite.tool import Reach, Start


def start(root: Path, reach: Reach = "work", *extra: Path) -> Start:
    return Start(argv=("true",), cwd=root, environment={}, reach=reach, root=root, extra=extra, spill=root / "spill")


def test_what_is_there_is_kept_and_what_is_not_must_stay_away(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".mcp.json").write_text("{}")
    check = tmp_path / "check.sh"
    check.write_text("")
    assert protected(start(tmp_path), (check,)) == Protected(
        (tmp_path / ".git", tmp_path / ".mcp.json", check), (tmp_path / ".droidlite", tmp_path / ".agents")
    )


def test_in_folders_that_were_added_too(tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    found = protected(start(tmp_path / "root", "work", other), ())
    assert found.kept == (other / ".git",)
    assert {path.name for path in found.loose} == set(NAMES)


def test_gits_own_commands_may_change_what_starts_no_program(tmp_path: Path) -> None:
    git = tmp_path / ".git"
    (git / "hooks").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    found = protected(start(tmp_path, "git"), ())
    assert (found.git, found.kept, found.settings) == ((str(git),), (git / "hooks",), (git / "config",))
    assert {path.name for path in found.loose if path.parent == git} == {
        "config.worktree",
        "modules",
        "commondir",
        "info",
    }


def test_a_work_tree_of_git_is_shown_where_its_files_are(tmp_path: Path) -> None:
    main, tree = tmp_path / "main" / ".git", tmp_path / "tree"
    (main / "worktrees" / "tree").mkdir(parents=True)
    (main / "objects").mkdir()
    (main / "worktrees" / "tree" / "commondir").write_text("../..\n")
    (main / "worktrees" / "tree" / "HEAD").write_text("ref: refs/heads/x\n")
    (main / "worktrees" / "tree" / "gitdir").write_text(f"{tree / '.git'}\n")
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {main / 'worktrees' / 'tree'}\n")
    assert protected(start(tree), ()).show == (str(main / "worktrees" / "tree"), str(main))
    found = protected(start(tree, "git"), ())
    assert found.git == (str(main / "worktrees" / "tree"), str(main))
    assert tree / ".git" in found.kept


@pytest.mark.parametrize("name", NAMES)
def test_a_link_that_leads_nowhere_at_a_protected_name_runs_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("nowhere")
    with pytest.raises(Refused, match=f"{name} is a link that leads nowhere, so it cannot be protected and no command"):
        protected(start(tmp_path), ())


def test_a_link_must_stay_and_so_must_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "skills").mkdir()
    (tmp_path / ".agents").symlink_to("skills")
    found = protected(start(tmp_path), ())
    assert found.kept == (tmp_path / "skills",)
    assert tmp_path / ".agents" in found.loose


def test_every_reach_is_known() -> None:
    assert get_args(Reach) == ("look", "work", "git", "host")


def test_a_folder_that_does_not_say_it_belongs_here_is_not_shown(tmp_path: Path) -> None:
    """A .git file comes with an archive, and names whatever its writer likes."""
    keys, other, root = tmp_path / "keys", tmp_path / "other" / ".git", tmp_path / "root"
    keys.mkdir()
    (other / "objects").mkdir(parents=True)
    (other / "HEAD").write_text("ref: refs/heads/main\n")
    (other / "config").write_text("[core]\n\tworktree = /elsewhere\n")
    root.mkdir()
    for folder in (keys, other):
        (root / ".git").write_text(f"gitdir: {folder}\n")
        assert (protected(start(root), ()).show, protected(start(root, "git"), ()).git) == ((), ())


def test_a_submodule_says_so(tmp_path: Path) -> None:
    root, git = tmp_path / "main" / "sub", tmp_path / "main" / ".git" / "modules" / "sub"
    root.mkdir(parents=True)
    git.mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "config").write_text("[core]\n\tworktree = ../../../sub\n")
    (root / ".git").write_text(f"gitdir: {git}\n")
    assert protected(start(root), ()).show == (str(git),)
