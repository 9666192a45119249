"""Whether git, in the folders that a command leads it to, finds the repository it was begun in and no other: another
one's settings may start a program, which must not write where git itself may."""

import os
from pathlib import Path

from droidlite.commands.gitcommands import subcommand
from droidlite.commands.options import names
from droidlite.commands.parsing import read_command
from droidlite.commands.tree import Tree
from droidlite.regular import read_text

_REARRANGES = names("checkout cherry-pick merge mv reset restore revert stash switch")
"""Commands of git that may make of a folder a repository that was none when it was looked at."""
_MOST = 4_096  # bytes of a .git file


def led_by(argv: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The folders that `cd` or `git -C` leads to (the home is none of them), and the words without that option."""
    if argv[0] == "cd":
        return argv[1:] or ("~",), argv
    step = ""
    while argv[:2] == ("git", "-C") and len(argv) > 2:
        step = os.path.join(step, argv[2])
        argv = ("git", *argv[3:])
    return (step,) if step else (), argv


def stays_home(command: str, tree: Tree) -> bool:
    """Whether every folder that `command` may lead git to is there, in `tree`, and of the repository of its root."""
    steps: list[str] = []
    rearranged = False
    for argv in read_command(command).commands:
        led, words = led_by(argv)
        if led and rearranged:
            return False
        steps += led
        rearranged = rearranged or (words[0] == "git" and bool(_REARRANGES & set(subcommand(words)[:1])))
    places = tree.after(steps)
    return places is not None and all(_is_of(Path(tree.root), Path(os.path.realpath(place))) for place in places)


def _is_of(root: Path, place: Path) -> bool:
    if not place.is_dir() or not place.is_relative_to(root):
        return False
    between = [place, *place.parents]
    for folder in between[: between.index(root)]:
        if os.path.lexists(folder / "HEAD"):  # git takes a folder with that, objects and refs for its own
            return False
        if os.path.lexists(folder / ".git"):
            return _is_linked(folder / ".git", root)
    return True


def _is_linked(file: Path, root: Path) -> bool:
    """Whether a .git file belongs to a further work tree of the root's own repository."""
    named = read_text(file, _MOST).removeprefix("gitdir:").strip()
    return "\0" not in named and Path(os.path.realpath(file.parent / named)).parent == root / ".git" / "worktrees"
