"""The spellings of bypasses.toml and the everyday commands of benign.toml as objects, the folder they are tried in, and
whether bash really does what a spelling is said to do."""

import os
import signal
import subprocess
import tomllib
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

FOLDER = Path(__file__).parent
PADDING = {
    "300 blanks": "ls" + " " * 300 + "; touch ../pwned",
    "300 tabs": "ls" + "\t" * 300 + "; touch ../pwned",
    "60 line ends": "ls" + "\n" * 60 + "touch ../pwned",
    "60 commands": "; ".join(["ls"] * 60) + "; touch ../pwned",
    "60 pipes": " | ".join(["cat f"] * 60) + " | tee ../pwned",
    "12,000 characters": "echo " + "a" * 12_000 + "; touch ../pwned",
    "a long quoted word": "echo '" + "a" * 5_000 + "'; touch ../pwned",
    "a long comment": "ls # " + "a" * 5_000 + "\ntouch ../pwned",
    "200 brackets": "( " * 200 + "touch ../pwned" + " )" * 200,
    "200 substitutions": "echo " + "$(echo " * 200 + "$(touch ../pwned)" + ")" * 200,
    "blanks of every width": "ls" + "".join(f"{' ' * 60}\\\n" for _ in range(5)) + "; touch ../pwned",
}
"""Spellings too long to be written down."""


class Spelling(Struct, frozen=True):
    """`works`: said to leave a file `pwned` beside the folder it runs in."""

    family: str
    text: str
    works: bool


def bypasses(*, named: bool = True) -> tuple[Spelling, ...]:
    """All that must not run by itself; without the `named`, all that no plausible rule may let through."""
    table = tomllib.loads((FOLDER / "bypasses.toml").read_text())
    del table["rules"]
    written = [
        Spelling(family, text, kind == "works")
        for family, entries in table.items()
        for kind in ("works", "others", *(("named",) if named else ()))
        for text in entries.get(kind, ())
    ]
    return (*written, *(Spelling(f"padding: {name}", text, True) for name, text in PADDING.items()))


def plausible() -> tuple[str, ...]:
    """Programs that a person may well allow by name."""
    return tuple(tomllib.loads((FOLDER / "bypasses.toml").read_text())["rules"])


def benign() -> tuple[str, ...]:
    return tuple(text for texts in tomllib.loads((FOLDER / "benign.toml").read_text()).values() for text in texts)


def place(box: Path) -> Path:
    """Makes the folder `box`/tree that the spellings speak of, a git repository, and returns it."""
    tree = box / "tree"
    (tree / "sub").mkdir(parents=True)
    (box / "secret").write_text("top\n")
    marks = '#!/bin/sh\ntouch "$(dirname "$0")/../pwned"\n'
    files = {
        "f": "a\n",
        "big": "some line of a file that is long\n" * 4_000,
        "script": "touch ../pwned\n",
        "sedscript": "1e touch ../pwned\n",
        "awkscript": 'BEGIN { system("touch ../pwned") }\n',
        "edscript": "!touch ../pwned\nq\n",
        "script.mk": "$(shell touch ../pwned)\nall:\n",
        "Makefile": "all:\n\techo all\n",
        "package.json": '{"name": "p", "version": "1.0.0", "scripts": {"test": "true"}}\n',
        "url": "url=https://nowhere.invalid/a\n\n",
        "f.c": "int main(void) { return 0; }\n",
    }
    for name, text in files.items():
        (tree / name).write_text(text)
    for name in ("x", "xx", "git-zz"):
        (tree / name).write_text(marks)
        (tree / name).chmod(0o755)
    (tree / "hooked").mkdir()
    (tree / "out").symlink_to("..")
    (tree / "link").symlink_to("../pwned")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(tree)]
    for words in (["init", "-q"], ["config", "user.name", "a"], ["config", "user.email", "a@example.org"]):
        subprocess.run([*git, *words], check=True, env=_environment(box))
    for text in ("b\n", "a\n"):
        (tree / "f").write_text(text)
        subprocess.run([*git, "add", "f", "Makefile"], check=True, env=_environment(box))
        subprocess.run([*git, "commit", "-qm", "a"], check=True, env=_environment(box))
    subprocess.run(["tar", "cf", "a.tar", "f"], cwd=tree, check=True)
    return tree


def really_works(spelling: Spelling, box: Path) -> bool:
    """Whether bash leaves the mark when it runs the spelling, within ten seconds, in a new folder `box`."""
    tree = place(box)
    with subprocess.Popen(
        ["bash", "-c", spelling.text],
        cwd=tree,
        env=_environment(box),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=10)
        with suppress(ProcessLookupError):  # what it left running must not outlive the folder
            os.killpg(child.pid, signal.SIGKILL)
    return os.path.lexists(box / "pwned")


def _environment(box: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {"HOME": str(box), "TMPDIR": str(box), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
