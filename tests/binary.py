"""Runs the true droidlite in a process of its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from droidlite.types import Endpoint

BINARY = (sys.executable, "-m", "droidlite")


class Ran(Struct, frozen=True):
    code: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        """The last JSON object on standard output."""
        return json.loads(self.out.strip().splitlines()[-1])


def droidlite(
    *words: str, cwd: Path, env: dict[str, str] | None = None, stdin: str | bytes = "", seconds: float = 60
) -> Ran:
    """Runs `droidlite words...` in `cwd` with this process's (cleaned) environment and `env`."""
    ran = subprocess.run(
        [*BINARY, *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def write_script(path: Path, replies: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Writes a script and returns the environment that makes `-m scripted` (and auto) answer with it."""
    path.write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    return {"DROIDLITE_SCRIPT": str(path)}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def configure(text: str) -> None:
    """Writes the person's own settings file."""
    folder = Path(os.environ["DROIDLITE_HOME"]) / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)


def endpoint_settings(endpoint: Endpoint, *, name: str = "loop", models: str = '["claude-*", "gpt-*"]') -> str:
    return (
        f'[[endpoints]]\nname = "{name}"\nprotocol = "{endpoint.protocol}"\nbase_url = "{endpoint.base_url}"\n'
        f'api_key = "{endpoint.api_key}"\nmodels = {models}\n'
    )


def running(word: str) -> list[int]:
    """Processes that live and have this word in their command: in a sandbox they do not know their own numbers."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            if word.encode() in words and state not in "ZX":
                found.append(int(folder.name))
    return found
