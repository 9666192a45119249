"""Which files a check rests on, what happened to them, and a copy of the tree where they are as they were."""

import os
from pathlib import Path

import pytest

from droidlite.checks.protected import Rests, essence, takes_over, with_essence
from droidlite.checks.replica import copy_tree, put_back
from droidlite.checks.snapshot import Changed, accept, compare, rests_of, rewound, take


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("path", "rests"),
    [
        ("tests/helpers.py", True),
        ("src/test_cart.py", True),
        ("src/cart.test.ts", True),
        ("src/main/CartTest.java", True),
        ("app/conftest.py", True),
        ("pytest.ini", True),
        ("vitest.config.ts", True),
        (".git/config", True),
        ("node_modules/jest/index.js", True),
        (".venv/bin/pytest", True),
        (".venv/lib/python3.12/site-packages/_pytest/main.py", True),
        ("src/cart.py", False),
        ("src/contest.py", False),
        ("README.md", False),
        ("Makefile", False),
        ("run.py", False),
        ("node_modules/left-pad/index.js", False),
    ],
)
def test_a_check_rests_on_tests_and_what_steers_them(path: str, rests: bool) -> None:
    assert Rests().on(path) is rests


def test_a_check_rests_on_the_scripts_its_command_names_and_not_on_the_program_it_checks(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "all.sh").write_text(". ci/env.sh\nsh backup.sh | diff - want.txt\n")
    for name in ("ci/env.sh", "backup.sh", "app.py", "check.py"):
        (tmp_path / name).write_text("")
    rests = rests_of("sh ci/all.sh && python3 check.py app.py", tmp_path, runner_make=True)
    files = ("ci/all.sh", "ci/env.sh", "check.py", "Makefile", "app.py", "backup.sh")
    assert [rests.on(path) for path in files] == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    ("path", "over"),
    [
        ("sitecustomize.py", True),
        ("src/usercustomize.py", True),
        ("evil.pth", True),
        ("pytest.py", True),
        ("unittest/__init__.py", True),
        ("src/inspect.py", True),
        ("app/core/inspect.py", False),
        ("statistics.py", False),
        (".venv/lib/python3.12/site-packages/__editable__.pth", False),
    ],
)
def test_new_files_that_take_a_runner_over(path: str, over: bool) -> None:
    assert takes_over(path) is over


def test_of_shared_files_only_the_check_s_part_counts() -> None:
    before = b'{"scripts": {"test": "jest"}, "dependencies": {}}'
    added = b'{"scripts": {"test": "jest"}, "dependencies": {"left-pad": "1"}}'
    cheat = b'{"scripts": {"test": "true"}, "dependencies": {"left-pad": "1"}}'
    assert essence("package.json", before) == essence("package.json", added) != essence("package.json", cheat)
    assert essence("package.json", with_essence("package.json", cheat, before)) == essence("package.json", before)
    assert b"left-pad" in with_essence("package.json", cheat, before)
    project = b"[project]\nname = 'a'\n[tool.pytest.ini_options]\naddopts = '-q'\n"
    assert essence("pyproject.toml", project) == essence("pyproject.toml", project.replace(b"'a'", b"'b'"))
    assert essence("pyproject.toml", project) != essence("pyproject.toml", project.replace(b"-q", b"-k x"))


def test_what_changed_is_told_and_put_back_in_a_copy_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, a_py="1", tests__test_a_py="old", tests__gone_py="kept", node_modules__jest__i_py="runner")
    (root / "tests" / "link").symlink_to("gone.py")
    then = take(root, Rests())
    write(root, tests__test_a_py="new", tests__more_py="more", node_modules__jest__i_py="x", sitecustomize_py="")
    (root / "node_modules" / "jest" / "added.js").write_text("added")
    (root / "tests" / "gone.py").unlink()
    (root / "tests" / "link").unlink()
    changed = compare(then, take(root, Rests()))
    assert changed == Changed(
        edited=("node_modules/jest/i.py", "tests/test_a.py"),
        removed=("tests/gone.py", "tests/link"),
        added=("node_modules/jest/added.js", "tests/more.py"),
        hooks=("sitecustomize.py",),
    )
    copy = tmp_path / "copy"
    copy_tree(root, copy)
    put_back(copy, then, changed)
    assert sorted(path.name for path in (copy / "tests").iterdir()) == ["gone.py", "link", "test_a.py"]
    assert ((copy / "tests" / "test_a.py").read_text(), os.readlink(copy / "tests" / "link")) == ("old", "gone.py")
    assert not (copy / "sitecustomize.py").exists()
    assert (root / "tests" / "test_a.py").read_text() == "new"
    installed = root / "node_modules" / "jest"
    assert [(installed / name).read_text() for name in ("i.py", "added.js")] == ["x", "added"]


def test_what_the_person_changes_between_two_prompts_is_theirs(tmp_path: Path) -> None:
    write(tmp_path, test_a_py="1", test_b_py="1")
    first = take(tmp_path, Rests())
    (tmp_path / "test_a.py").write_text("the model's")
    left = take(tmp_path, Rests())
    (tmp_path / "test_b.py").write_text("the person's")
    begun = accept(first, left, take(tmp_path, Rests()))
    assert compare(begun, take(tmp_path, Rests())) == Changed(edited=("test_a.py",))


def test_a_resumed_session_is_held_to_what_was_there_before_its_first_part(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("changed")
    (tmp_path / "test_new.py").write_text("new")
    now = take(tmp_path, Rests())
    before = rewound(now, Rests(), {"test_a.py": "original", "test_new.py": None, "a.py": "not the check's"})
    assert compare(before, now) == Changed(edited=("test_a.py",), added=("test_new.py",))
