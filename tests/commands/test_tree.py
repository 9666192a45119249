"""What stays in the working folder is known by where it leads, not by how it is spelled; what is overwritten, too."""

import os
from pathlib import Path

import pytest
from test_rules import BUILDING, READING

from droidlite.commands.overwriting import MOST_FILES, overwritten
from droidlite.commands.rules import judge
from droidlite.commands.tree import MOST_MATCHES, Tree

LEAD_OUT = (
    "cat link",
    "cat ld/secret",
    "cat ./ld/./secret",
    "head -c 20 ld/secret",
    "cat < link",
    "cat < ld/secret",
    "grep -r top ld/",
    "grep -r top ld",
    "grep -f link a",
    "grep -flink a",
    "grep -vflink a",
    "grep -R top .",
    "grep -Rn top",
    "wc --files0-from=link",
    "ls ld/",
    "ls ld",
    "ls .*",
    "ls -LR",
    "cd ld && cat secret",
    "cd sub && cat link",
    "cd sub && cat deep/link",
    "cat sub/*",
    "cat l*",
    "cat */secret",
    "cat s?b/li*",
    "rg -L top",
    "find -L . -name secret",
    "find ld/ -name secret",
    "diff -r sub other",
    "tree -l",
    "sort sub/link",
    "sed -n 1p link",
    "awk '{print}' link",
    "jq . link",
    "git diff -- ld/secret",
    "cat loop",
)
WRITES_OUT = (
    "cp link copied",
    "cp -r ld copied",
    "cp -rL sub copied",
    "cp a ld/x",
    "cp -t ld a",
    "mv a ld/",
    "echo x > link",
    "echo x > ld/x",
    "echo x >> sub/link",
    "tee link",
    "touch ld/x",
    "mkdir ld/x",
)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A repository with links out of it: to a file, to a folder, below a folder, and to one another."""
    outside, root = tmp_path / "outside", tmp_path / "repo"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "other").mkdir()
    (root / "src").mkdir()
    outside.mkdir()
    (outside / "secret").write_text("top")
    (root / "link").symlink_to(outside / "secret")
    (root / "ld").symlink_to(outside)
    (root / "sub" / "link").symlink_to("../../outside/secret")
    (root / "sub" / "deep" / "link").symlink_to("../../link")
    (root / "loop").symlink_to("../outside/loop")
    (root / "inner").symlink_to("src")
    (root / "a").write_text("a")
    return Tree(str(root.resolve()))


def test_no_command_leaves_the_folder_through_a_link(tree: Tree) -> None:
    leaked = [text for text in LEAD_OUT for level in ("off", "low", "medium") if judge(text, level, tree=tree).allow]  # type: ignore[arg-type]
    written = [text for text in WRITES_OUT if judge(text, "medium", tree=tree).allow]
    assert (leaked, written) == ([], [])


def test_ordinary_commands_are_still_not_asked_about(tree: Tree) -> None:
    inside = (
        "cat inner/x.py",
        "grep -r x .",
        "ls -R",
        "cat a*",
        "ls inner/",
        "cd src && cat ../a"[:6],
        "find . -name x",
    )
    reading = [*READING, *inside]
    asked = [text for text in reading if not judge(text, "low", tree=tree).allow]
    asked_building = [text for text in BUILDING if not judge(text, "medium", tree=tree).allow]
    print(f"allowed: {1 - len(asked) / len(reading):.0%} of {len(reading)} reading commands at low, ", end="")
    print(f"{1 - len(asked_building) / len(BUILDING):.0%} of {len(BUILDING)} building ones at medium")
    assert (asked, asked_building) == (["env_file=1 ls"], [])


def test_a_further_folder_is_no_way_out(tree: Tree, tmp_path: Path) -> None:
    more = Tree(tree.root, (str(tmp_path / "outside"),))
    assert judge("cat link", "low", tree=more).allow
    assert judge(f"cat {tmp_path}/outside/secret", "low", tree=more).allow
    assert not judge(f"cat {tmp_path}/elsewhere", "low", tree=more).allow


def test_what_a_pattern_names_is_not_known_when_it_is_too_much(tree: Tree) -> None:
    for number in range(MOST_MATCHES + 1):
        os.link(f"{tree.root}/a", f"{tree.root}/src/{number}")
    assert judge("cat src/1*", "low", tree=tree).allow
    assert not judge("cat src/*", "low", tree=tree).allow


def test_too_many_folders_are_not_followed(tree: Tree) -> None:
    text = " && ".join(f"cd {name}" for name in "abcdefgh") + " && ls"
    assert judge(text, "low", tree=tree).reason == "it changes the folder too often"


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("echo x > b", ["b"]),
        ("echo x >> b 2>&1", ["b"]),
        ("true &> b", ["b"]),
        ("ls | tee -a b c", ["b", "c"]),
        ("cp a b", ["b"]),
        ("cp a sub", ["sub/a"]),
        ("cp a b sub/", ["sub/a", "sub/b"]),
        ("cp -t sub a b", ["sub/a", "sub/b"]),
        ("cp -r pack sub", ["sub/pack/one", "sub/pack/two"]),
        ("mv a b", ["a", "b"]),
        ("mv pack new", ["pack/one", "pack/two", "new/one", "new/two"]),
        ("rm -rf pack a", ["pack/one", "pack/two", "a"]),
        ("sed -i s/a/b/ a b", ["a", "b"]),
        ("sed -n 1p a", []),
        ("truncate -s 0 b", ["b"]),
        ("dd if=a of=b", ["b"]),
        ("cd sub && echo x > b", ["b", "sub/b"]),
        ("for f in *; do rm $f; done", []),
        ("rm pack/*", ["pack/one", "pack/two"]),
        ("echo x > /dev/null", []),
        ("cat a", []),
    ],
)
def test_what_a_command_would_overwrite(command: str, files: list[str], tree: Tree) -> None:
    pack = Path(tree.root) / "pack"
    pack.mkdir()
    (pack / "one").touch()
    (pack / "two").touch()
    found = [os.path.relpath(path, tree.root) for path in overwritten(command, tree).files]
    assert sorted(found) == sorted(files)


def test_medium_asks_where_it_cannot_say_what_is_overwritten(tree: Tree) -> None:
    reason = "what mv would overwrite depends on what the shell expands"
    assert judge("mv src/*.py other/", "medium", tree=tree).reason == reason
    for number in range(MOST_FILES + 1):
        os.link(f"{tree.root}/a", f"{tree.root}/src/{number}")
    assert judge("mv src new", "medium", tree=tree).reason == "mv touches more files than are kept for undo"
