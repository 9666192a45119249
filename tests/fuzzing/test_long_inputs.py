"""What others wrote may be long and all alike: the work grows with its length, not with its square. The work is counted
by the kernel, as seconds of processor time the whole list may take: a square would take hours."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from droidlite.app.reviewing import _VERDICT
from droidlite.checks.detecting import detect
from droidlite.checks.protected import essence
from droidlite.checks.runners import runner_of
from droidlite.commands.gitprograms import named_program
from droidlite.commands.parsing import read_command
from droidlite.providers.sse import decode_events
from droidlite.sanitise import clean, clean_line
from droidlite.session.html import _BASE64
from droidlite.session.titles import title_of
from droidlite.settings.lines import key_lines
from droidlite.tools.envelope import UpdateFile, parse
from droidlite.tools.hunks import patched
from droidlite.tools.nearest import nearest
from droidlite.tools.problem import Problem
from droidlite.tools.text import decode

LONG = 200_000
CPU_SECONDS = 60
"""All of it takes 6 on a slow machine."""


def patch(envelope: str, content: str = "a\n") -> None:
    text = decode(content.encode())
    assert text is not None
    try:
        for operation in parse(envelope):
            if isinstance(operation, UpdateFile):
                patched(operation, text)
    except Problem:
        return


def update(lines: str) -> str:
    return f"*** Begin Patch\n*** Update File: a\n{lines}\n*** End Patch"


def found_in(name: str, content: str) -> None:
    place = Path(name)
    place.parent.mkdir(exist_ok=True)
    place.write_text(content)
    detect(Path.cwd(), [name, "test_x.py"], lambda program: f"/bin/{program}")
    runner_of("make test && npm test", Path.cwd())
    named_program(str(Path.cwd()))
    essence(name, content.encode())
    place.unlink()


WORK: dict[str, Callable[[], object]] = {
    "a patch that ends in blank lines": lambda: patch(
        "*** Begin Patch\n*** Add File: a\n+x" + "\n" * LONG + "*** End Patch"
    ),
    "an update that ends in blank lines": lambda: patch(update("+x" + "\n" * LONG)),
    "fences round a patch": lambda: patch("```\n" * LONG + "```\n" * LONG),
    "a file of lines that are all alike": lambda: patch(update(" x\n" * (LONG // 4) + "-y"), "x\n" * LONG),
    "lines after @@ that are all alike": lambda: patch(update("@@ x\n@@ x\n x\n+y"), "x\n" * LONG),
    "a stream byte by byte": lambda: list(decode_events(b"x" for _ in range(LONG))),
    "a stream of carriage returns": lambda: list(decode_events(b"\r" for _ in range(LONG))),
    "settings in one line": lambda: key_lines("x = [" + "[]," * LONG + "]"),
    "settings in quotes": lambda: key_lines('x = "' + '\\"' * LONG + '"'),
    "settings of one blank line": lambda: key_lines("a" + " " * LONG + "b"),
    "settings of names": lambda: key_lines("a." * LONG),
    "commands in commands": lambda: read_command("$(" * 4_900),
    "quotes in a command": lambda: read_command("'\"" * 4_900),
    "marks that open": lambda: [clean(mark * LONG) for mark in ("\x9d", "\x1b]", "\x1b[", "\x9b", "\x90", "\x1b")],
    "a line of marks": lambda: clean_line("\u202e" * LONG),
    "a verdict of blanks": lambda: _VERDICT.match(" " * LONG + "x"),
    "a picture of blanks": lambda: _BASE64.fullmatch(" " * LONG + "!"),
    "a title of blanks": lambda: title_of("# " * LONG),
    "package.json of blanks": lambda: found_in("package.json", '{"scripts": {"test": "%sx"}}' % (" " * LONG)),
    "package.json of words": lambda: found_in("package.json", '{"scripts": {"test": "%s"}}' % ("node a " * LONG)),
    "Makefile of blanks": lambda: found_in("Makefile", "test" + " " * LONG + "x"),
    "Makefile of lines": lambda: found_in("Makefile", "test:\n" + "\t\n" * LONG + "x"),
    "CMakeLists of lines": lambda: found_in("CMakeLists.txt", "\n" * LONG),
    "a test of lines": lambda: found_in("test_x.py", "\n" * LONG),
    "git settings of lines": lambda: found_in(".git/config", "[x]\n" + "\n" * LONG),
    "git settings of brackets": lambda: found_in(".git/config", "]" * LONG + " " * LONG),
    "pyproject of a long key": lambda: found_in("pyproject.toml", "a." * LONG + "a = 1"),
    "lines that are nearly alike": lambda: nearest(
        "\n".join(f"{n:013b}".translate({48: "a", 49: "b"}) * 15 for n in range(5_000)), "ab" * 97
    ),
}


def main() -> None:
    for name, work in WORK.items():
        began = time.process_time()
        print(name, end=": ", flush=True)
        work()
        print(f"{time.process_time() - began:.2f}", flush=True)


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def test_no_work_grows_with_the_square(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, __file__], cwd=tmp_path, preexec_fn=limited, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert ran.stdout.count("\n") == len(WORK)


if __name__ == "__main__":
    main()
