"""Grep and glob: what git does not ignore, capped, and nothing a repository's settings could start."""

import os
import subprocess
from collections.abc import Callable

import pytest
from workspace import Workspace

from droidlite.tools import listing

Failing = Callable[..., str]


def git(work: Workspace, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=work.root, check=True, capture_output=True)


@pytest.fixture
def tree(work: Workspace) -> Workspace:
    """A repository with tracked, new and ignored files; times go up in the order written."""
    git(work, "init", "-q")
    files = {
        ".gitignore": "build/\n*.log\n",
        "src/app.py": "import os\n\n\ndef main():\n    return os.name\n",
        "src/deep/er.py": "def helper():\n    return 'Main'\n",
        "web/page.ts": "export const main = 1\n",
        "web/page.tsx": "main()\n",
        "build/out.py": "def main(): ...\n",
        "debug.log": "main\n",
        "bin.dat": "main\0main\n",
        "latin.txt": b"caf\xe9 main\n",
    }
    for number, (path, data) in enumerate(files.items()):
        os.utime(work.write(path, data), ns=(10**18 + number, 10**18 + number))
    git(work, "add", "src")
    return work


@pytest.fixture(params=["git", "no git"])
def either(request: pytest.FixtureRequest, tree: Workspace) -> Workspace:
    """The same with git, and on a machine without it (where only well-known folders are left out)."""
    if request.param == "no git":
        tree.context.environment["PATH"] = str(tree.root / "nowhere")
    return tree


def test_grep(tree: Workspace) -> None:
    wanted = [
        "latin.txt:1:caf\ufffd main",
        "src/app.py:4:def main():",
        "web/page.ts:1:export const main = 1",
        "web/page.tsx:1:main()",
    ]
    assert sorted(tree.call("grep", pattern="main").content.splitlines()) == wanted


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ({"pattern": r"def \w+\(\)", "path": "src"}, ["src/app.py:4:def main():", "src/deep/er.py:1:def helper():"]),
        (
            {"pattern": "MAIN", "path": "src", "ignore_case": True},
            ["src/app.py:4:def main():", "src/deep/er.py:2:    return 'Main'"],
        ),
        ({"pattern": "main", "glob": "*.{ts,tsx}"}, ["web/page.ts:1:export const main = 1", "web/page.tsx:1:main()"]),
        ({"pattern": "main", "glob": "web/**/*.ts"}, ["web/page.ts:1:export const main = 1"]),
        ({"pattern": "def", "glob": "**/*.py", "path": "src", "files_only": True}, ["src/app.py", "src/deep/er.py"]),
        ({"pattern": "main", "path": "src/app.py"}, ["src/app.py:4:def main():"]),
        ({"pattern": "def", "path": "src/app.py", "files_only": True}, ["src/app.py"]),
        ({"pattern": "-x|helper", "path": "src"}, ["src/deep/er.py:1:def helper():"]),
        ({"pattern": "no such thing"}, ["No match."]),
    ],
)
def test_grep_with_and_without_git(either: Workspace, arguments: dict[str, object], lines: list[str]) -> None:
    assert sorted(either.call("grep", **arguments).content.splitlines()) == lines


def test_grep_shows_lines_around(either: Workspace) -> None:
    content = either.call("grep", pattern="def main", path="src", context=1).content
    assert [line.replace("-3-", ":3:").replace("-5-", ":5:") for line in content.splitlines()] == [
        *("src/app.py:3:", "src/app.py:4:def main():", "src/app.py:5:    return os.name"),
    ]


def test_a_bad_pattern_is_explained(either: Workspace, failing: Failing) -> None:
    for path in (".", "src/app.py"):
        assert failing("grep", pattern="f(", path=path).startswith("The pattern is not a valid regular expression: ")
    assert "newline or NUL" in failing("grep", pattern="a\nb")
    assert failing("grep", pattern="x", path="gone") == "gone does not exist."


def test_an_ignored_folder_is_searched_when_it_is_named(either: Workspace) -> None:
    assert either.call("grep", pattern="main", path="build").content == "build/out.py:1:def main(): ..."
    assert either.call("glob", pattern="*", path="build").content == "build/out.py"


def test_what_only_this_clone_ignores_is_left_out(tree: Workspace) -> None:
    """.git/info/exclude, which git itself does not read where it is kept from the repository's settings."""
    tree.write(".git/info/exclude", "scratch/\n*.tsx\n")
    tree.write("web/scratch/a.py", "def main(): ...\n")
    assert tree.call("grep", pattern="main", glob="*.ts*").content == "web/page.ts:1:export const main = 1"
    assert tree.call("grep", pattern="main", path="web").content == "web/page.ts:1:export const main = 1"
    assert tree.call("grep", pattern="main", path="web", context=1).content == "web/page.ts:1:export const main = 1"
    assert tree.call("grep", pattern="main", path="web/scratch").content == "web/scratch/a.py:1:def main(): ..."
    assert tree.call("glob", pattern="web/**").content == "web/page.ts"


def test_worktrees_of_sessions_are_left_out(either: Workspace) -> None:
    """Whether or not .git/info/exclude still names them."""
    either.write(".droidlite/worktrees/fx/src/app.py", "def main(): ...\n")
    either.write(".droidlite/worktrees/fx/.git", "gitdir: nowhere\n")
    assert either.call("grep", pattern="def main", glob="app.py").content == "src/app.py:4:def main():"
    assert either.call("glob", pattern="app.py").content == "src/app.py"
    named = either.call("grep", pattern="main", path=".droidlite/worktrees/fx/src")
    assert named.content == ".droidlite/worktrees/fx/src/app.py:1:def main(): ..."


def test_git_without_perl_expressions(tree: Workspace) -> None:
    (tree.root / "bin").mkdir()
    fake = tree.write("bin/git", "#!/bin/sh\nexit 128\n")
    fake.chmod(0o755)
    tree.context.environment["PATH"] = f"{tree.root}/bin:{os.environ['PATH']}"
    assert tree.call("grep", pattern="def \\w+", path="src").content == (
        "src/app.py:4:def main():\nsrc/deep/er.py:1:def helper():"
    )


def test_grep_is_capped(work: Workspace) -> None:
    work.write("many.txt", "hit\n" * 5_000)
    work.write("wide.txt", "hit " + "x" * 5_000 + "\n")
    lines = work.call("grep", pattern="hit", glob="many.txt").content.splitlines()
    assert len(lines) == 201
    assert lines[-1] == "(more matches were left out; narrow the pattern, path or glob)"
    wide = work.call("grep", pattern="hit", glob="wide.txt").content
    assert wide.endswith("... (4615 more characters)")


def test_odd_names_cannot_forge_results(work: Workspace) -> None:
    work.write("a\nb.txt:9:x", "hit\n")
    work.write("*", "hit\n")
    assert sorted(work.call("grep", pattern="hit").content.split("hit")) == ["", "\na\nb.txt:9:x:1:", "*:1:"]
    assert work.call("grep", pattern="hit", path="*").content == "*:1:hit"


def test_no_setting_of_the_repository_acts(tree: Workspace) -> None:
    """fsmonitor, hooks, external diff, textconv and a work tree elsewhere: none is used."""
    trap = tree.write("trap.sh", f"#!/bin/sh\ntouch {tree.root}/sprung\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "diff.x.textconv", "core.pager", "core.sshCommand", "core.editor"):
        git(tree, "config", name, str(trap))
    tree.write(".gitattributes", "* diff=x filter=x\n")
    git(tree, "config", "filter.x.clean", str(trap))
    git(tree, "config", "core.hooksPath", str(tree.root))
    trap.with_name("post-index-change").symlink_to(trap)
    tree.call("grep", pattern="main")
    tree.call("glob", pattern="**/*")
    assert not (tree.root / "sprung").exists()
    git(tree, "config", "core.worktree", "/")
    assert "src/app.py:4:def main():" in tree.call("grep", pattern="main").content
    assert not (tree.root / "sprung").exists()


def test_a_broken_repository_is_searched_all_the_same(tree: Workspace) -> None:
    tree.write(".git/config", "not [ a config")
    assert tree.call("grep", pattern="main", path="src").content == "src/app.py:4:def main():"
    assert tree.call("glob", pattern="src/*.py").content == "src/app.py"


def test_glob_is_newest_first(tree: Workspace) -> None:
    assert tree.call("glob", pattern="*").content.splitlines() == [
        *("latin.txt", "bin.dat", "web/page.tsx", "web/page.ts", "src/deep/er.py", "src/app.py", ".gitignore"),
    ]


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ({"pattern": "*.py", "path": "src"}, ["src/deep/er.py", "src/app.py"]),
        ({"pattern": "src/*.py"}, ["src/app.py"]),
        ({"pattern": "src/**/*.py"}, ["src/deep/er.py", "src/app.py"]),
        ({"pattern": "./web/*.{ts,tsx}"}, ["web/page.tsx", "web/page.ts"]),
        ({"pattern": "**/page.ts?"}, ["web/page.tsx"]),
        ({"pattern": "*.rs"}, ["No file matches *.rs."]),
    ],
)
def test_glob_with_and_without_git(either: Workspace, arguments: dict[str, str], lines: list[str]) -> None:
    assert either.call("glob", **arguments).content.splitlines() == lines


def test_glob_takes_absolute_patterns_inside(tree: Workspace, failing: Failing) -> None:
    assert tree.call("glob", pattern=f"{tree.root}/src/*.py").content == "src/app.py"
    assert failing("glob", pattern="*", path="gone") == "gone does not exist."
    assert failing("glob", pattern="*", path="src/app.py") == "src/app.py is a file, not a folder."


def test_glob_is_capped(work: Workspace) -> None:
    for number in range(205):
        work.write(f"f{number:03}", "")
    lines = work.call("glob", pattern="f*").content.splitlines()
    assert len(lines) == 201
    assert lines[-1] == "(the newest 200 of 205; use a narrower pattern)"


def test_a_cancelled_search_ends(tree: Workspace, failing: Failing) -> None:
    tree.context.cancellation.cancel()
    assert failing("grep", pattern="main") == "Interrupted."
    assert failing("glob", pattern="*") == "Interrupted."


def test_a_folder_that_is_no_repository(work: Workspace) -> None:
    work.write("a/b.txt", "x\n")
    work.write("node_modules/c.txt", "x\n")
    assert work.call("glob", pattern="*.txt").content == "a/b.txt"
    assert sorted(work.call("grep", pattern="x").content.splitlines()) == ["a/b.txt:1:x", "node_modules/c.txt:1:x"]


@pytest.mark.parametrize(
    ("path", "pattern", "fits"),
    [
        ("a/b/c.py", "*.py", True),
        ("a/b/c.py", "a/*.py", False),
        ("a/b/c.py", "a/**", True),
        ("a/b/c.py", "**/b/*", True),
        ("c.py", "**/*.py", True),
        ("C.py", "c.py", False),
        ("a/b", "a/b/**", True),
        ("a", "a/b/**", False),
        ("a/x/b/y/b/c", "a/**/b/c", True),
        ("a/x/b/y/c", "a/**/b/c", False),
        ("a/" * 60 + "b", "**/a/" * 30 + "c", False),
    ],
)
def test_matching(path: str, pattern: str, fits: bool) -> None:
    assert listing.matches(path, pattern) is fits


def test_a_pattern_of_endless_choices_is_refused(work: Workspace, failing: Failing) -> None:
    work.write("x", "hit\n")
    for tool, arguments in (("glob", {"pattern": "{a,b}" * 40}), ("grep", {"pattern": "hit", "glob": "{a,b}" * 40})):
        assert failing(tool, **arguments) == "The pattern stands for more than 200 patterns; use fewer {a,b}."
    assert work.call("glob", pattern="{x,y}{,z}").content == "x"
