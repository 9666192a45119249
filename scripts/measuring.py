"""What the bench-* scripts share: a figure and its target, a service with a clock, and a place to run droidlite in.

Nothing here is timed; every script does its own measuring. Run them in the .venv: `.venv/bin/python scripts/bench-X`.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import own_python

own_python.require()

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from binary import endpoint_settings  # noqa: E402 - the path was not known before
from loopback import Asked, Loopback, Said, Seen, assert_prefixes, prefix_parts  # noqa: E402

__all__ = ["Asked", "Said", "Seen", "assert_prefixes", "median", "prefix_parts"]

MODELS = {"anthropic": "claude-sonnet-5-5", "openai-chat": "gpt-6.1-sol", "openai-responses": "gpt-6.1-sol"}
"""The dialects, and a model of the catalog for each."""
TURNS = 50
"""Tool turns of the long sessions."""
median = statistics.median


@dataclass(frozen=True)
class Figure:
    """One row of the table: `what` was measured, the `target` in words, what came out, whether it is enough."""

    what: str
    target: str
    measured: str
    reached: bool


def at_least_one(text: str) -> int:
    """A number of things to do. Raises ArgumentTypeError for none, which would measure nothing and call it reached."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text}") from None
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def options(about: str | None, runs: int) -> argparse.ArgumentParser:
    """The flags every script has."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=at_least_one, default=runs, help=f"how often each side is measured ({runs})")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure, for scripts/figures")
    return parser


def report(figures: list[Figure], as_json: bool) -> int:
    """Prints the figures with the load they were measured under; the exit code: 1 if one was missed."""
    if as_json:
        for figure in figures:
            print(json.dumps(asdict(figure)))
    else:
        for figure in figures:
            print(f"{'reached' if figure.reached else 'MISSED '}  {figure.what}: {figure.measured} ({figure.target})")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    return 0 if all(figure.reached for figure in figures) else 1


def note(text: str) -> None:
    """What is worth knowing but no figure, on stderr."""
    print(text, file=sys.stderr, flush=True)


class Service(Loopback):
    """The loopback service, which also keeps when the last byte of each reply had been sent (time.monotonic())."""

    def __init__(self, *args: object, **more: object) -> None:
        self.sent: list[float] = []
        super().__init__(*args, **more)  # type: ignore[arg-type]

    def _answer(self, connected: socket.socket, seen: Seen) -> bool:
        keep = super()._answer(connected, seen)
        self.sent.append(time.monotonic())
        return keep


def calling(*calls: Asked, turns: int = TURNS) -> list[Said]:
    """`turns` replies that ask for a tool (the calls taken in turn), and an answer."""
    asked = [Said(f"Step {n}.", calls=(calls[n % len(calls)],)) for n in range(turns)]
    return [*asked, Said("Done.")]


@dataclass
class Place:
    """A small git repository and a home of its own; `env` and `exec` run droidlite there against a service."""

    root: Path
    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def configure(self, service: Loopback, dialect: str, more: str = "") -> None:
        """Points droidlite at the service through its own settings; `more` is added to them."""
        folder = self.home / "config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(more + endpoint_settings(service.endpoint(dialect)))  # type: ignore[arg-type]

    def exec(self, dialect: str, *words: str) -> list[str]:
        return [sys.executable, "-m", "droidlite", "exec", "-m", MODELS[dialect], *words]


def environment() -> dict[str, str]:
    """The person's, without keys, proxies and switches of Python: one of them (PYTHONDONTWRITEBYTECODE) would have
    droidlite compiled anew at every start where it is installed from a checkout, and nobody else."""
    unwanted = ("_API_KEY", "_BASE_URL", "_AUTH_TOKEN", "_PROXY")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith(unwanted) and not name.startswith("PYTHON")
    }


@contextmanager
def place() -> Iterator[Place]:
    """A fresh one."""
    with tempfile.TemporaryDirectory(prefix="droidlite-bench-", ignore_cleanup_errors=True) as folder:
        root, home = Path(folder, "project"), Path(folder, "home")
        root.mkdir()
        home.mkdir()
        (root / "hello.py").write_text('print("hello")\n')
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        yield Place(root, home, {**environment(), "HOME": str(home), "DROIDLITE_HOME": str(home)})


def cache_folder() -> Path:
    """Where the programs we compare with are installed."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "droidlite-bench")
