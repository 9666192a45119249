"""Keys that a session meets on its way, and everything it wrote or printed searched for them afterwards: the true
binary against loopback services that give keys away, as hostile and as careless as they come."""

import base64
import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

from binary import BINARY, call
from msgspec import Struct, field

SECTION = "keys in variables, settings, files, outputs, error bodies, proxies and addresses"
MECHANISM = "clean child environment, wiped /proc/PID/environ, redaction by value and by form, files for the owner only"

CANARIES = {
    "variable of a service": "sk-ant-api03-canaryCanaryCANARY0123456789-variable-AA",
    "variable of something else": "housecanary-0123456789abcdef",
    "settings": "settingscanary-0123456789abcdef",
    "password of a proxy": "pr0xyCanary-p4ss",
    "password of a server's address": "addressCanary-p4ss",
    ".env of the project": "ghp_canaryCANARY0123456789canaryCANARY01",
    "output of a command": "AKIACANARYCANARY2345",
    "file that is read": "sk-proj-canaryCANARY0123456789canaryCANARY0123456789",
    "file that is searched": "glpat-canaryCANARY0123456789",
    "private key in a file": "MIIEcanaryCANARY0123456789canaryCANARY0123456789canaryCANARY01",
    "JSON web token": "eyJcanaryCANARY0123.eyJcanaryCANARY0123456789.canaryCANARY0123456789",
    "long output, spilled": "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",
    "address with a password in a file": "urlCanary-p4ssW0rd",
    "assigned in a file": "kT9x2LmQ4vB7nR1sCanary",
    "AGENTS.md": "npm_canaryCANARY0123456789canaryCANARY01",
    "output of a check": f"pypi-AgEIcHlwaS5vcmc{'canaryCANARY' * 6}",
}
"""What is planted, and where it would come from. None of it is a key of anybody's."""
NAMED = {
    "ANTHROPIC_API_KEY": CANARIES["variable of a service"],
    "HOUSE_TOKEN": CANARIES["variable of something else"],
    "HTTPS_PROXY": f"http://me:{CANARIES['password of a proxy']}@127.0.0.1:9",
}


class Sweep(Struct):
    """What was written and printed by each of the runs, by where."""

    places: dict[str, str] = field(default_factory=dict)

    def add(self, place: str, data: bytes) -> None:
        self.places[place] = self.places.get(place, "") + data.decode("utf-8", "replace")

    def hits(self) -> Iterator[tuple[str, bool]]:
        """One attempt for each canary at each place."""
        for place, text in self.places.items():
            for name, canary in CANARIES.items():
                yield f"{name}: {place}", any(form in text for form in _forms(canary))


def _forms(canary: str) -> tuple[str, ...]:
    return canary, canary[::-1], quote(canary), base64.b64encode(canary.encode()).decode().rstrip("=")[:-1]


@contextmanager
def careless_service() -> Iterator[str]:
    """Says the key it was given in its error, its headers and its lists of models."""

    class Careless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(404)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self._say(401)

        def _say(self, status: int) -> None:
            given = " ".join(
                self.headers.get(name, "") for name in ("x-api-key", "authorization", "proxy-authorization")
            )
            told = f"invalid x-api-key: {given}; url {self.path}; all headers: {dict(self.headers)}"
            body = json.dumps({"type": "error", "error": {"type": "authentication_error", "message": told}}).encode()
            self.send_response(status, told[:200].replace("\n", " "))
            self.send_header("Content-Type", "application/json")
            self.send_header("request-id", given[:300])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


class World(Struct, frozen=True):
    """A home, a repository that holds keys, and a careless service."""

    home: Path
    root: Path
    service: str

    def run(self, *words: str, env: Mapping[str, str] | None = None, code: str = "") -> tuple[bytes, bytes]:
        """What the program prints; `code` runs in its place."""
        argv = [sys.executable, "-c", code, *words] if code else [*BINARY, *words]
        argv = ["sh", "-c", '"$@"; exit $?', "sh", *argv]  # a shell above, whose environment holds them all
        env = {**os.environ, **NAMED, "DROIDLITE_HOME": str(self.home), "NO_PROXY": "127.0.0.1", **(env or {})}
        ran = subprocess.run(
            argv, cwd=self.root, env=env, capture_output=True, timeout=60, check=False, stdin=-3, umask=0
        )
        return ran.stdout, ran.stderr


@contextmanager
def careless_world() -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="careless-") as name, careless_service() as service:
        home, root = Path(name, "home"), Path(name, "repo")
        root.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        _plant(root)
        (home / "config").mkdir(parents=True)
        password = CANARIES["password of a server's address"]
        address = f"http://me:{password}@{service}"
        (home / "config" / "config.toml").write_text(
            f'[[endpoints]]\nname = "own"\nprotocol = "openai-chat"\nbase_url = "{address}/v1"\n'
            f'api_key = "{CANARIES["settings"]}"\nmodels = ["gpt-*"]\n'
            f'[[endpoints]]\nname = "claude"\nprotocol = "anthropic"\nbase_url = "http://{service}"\n'
            'api_key = "${ANTHROPIC_API_KEY}"\nmodels = ["claude-*"]\n'
        )
        yield World(home, root, service)


def _plant(root: Path) -> None:
    key = "\n".join(
        ["-----BEGIN RSA PRIVATE KEY-----", *[CANARIES["private key in a file"]] * 9, "-----END RSA PRIVATE KEY-----"]
    )
    (root / "id_rsa").write_text(f"# a key\n{key}\n")
    (root / ".env").write_text(f"GITHUB_TOKEN={CANARIES['.env of the project']}\n")
    (root / "config.py").write_text(f'x = 1\nKEY = "{CANARIES["file that is read"]}"\ny = 2\n')
    (root / "AGENTS.md").write_text(f"Publish with {CANARIES['AGENTS.md']}.\n")
    (root / "check.sh").write_text(f"echo 1 failed: {CANARIES['output of a check']}; exit 1\n")
    (root / "jwt").write_text(CANARIES["JSON web token"])
    (root / "deep.yml").write_text(f"needle: {CANARIES['file that is searched']}\n")
    (root / "dsn").write_text(f"needle = postgres://app:{CANARIES['address with a password in a file']}@db/x\n")
    (root / "ci.env").write_text(f"needle=1\nDEPLOY_PASSWORD={CANARIES['assigned in a file']}\n")
    (root / "long.txt").write_text("".join(f"line {n} of it\n" for n in range(4000)) + CANARIES["long output, spilled"])


LOOKS_AROUND = (
    "env; cat /proc/$PPID/environ /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -ai housecanary; true",
    "for p in /proc/[0-9]*; do cat $p/environ 2>/dev/null | tr '\\0' '\\n'; done | grep -ai 'api_key=sk'; true",
    "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -ai canary | rev; true",
    "printf AKIACANARY; sleep 0.1; echo CANARY2345; head -c 20 jwt; sleep 0.1; tail -c +21 jwt; cat .env",
    "cat long.txt; cat long.txt >&2",
    "cat id_rsa dsn ci.env deep.yml config.py",
)


def _replies() -> list[dict[str, Any]]:
    shell = [{"calls": [call("shell", command=command)]} for command in LOOKS_AROUND]
    return [
        *shell,
        {
            "calls": [
                call("read", file_path="config.py"),
                call("read", file_path="id_rsa"),
                call("read", file_path="id_rsa", offset=5),
            ]
        },
        {"calls": [call("grep", pattern="needle"), call("read", file_path="ci.env"), call("read", file_path=".env")]},
        {"calls": [call("edit", file_path="config.py", old_string="x = 1", new_string="x = 3")]},
        {"calls": [call("edit", file_path="config.py", old_string="nothing", new_string="of it")]},
        {"calls": [call("shell", command="cat .env; sleep 30", background=True), call("job", id="job-1", wait=1)]},
        {"text": "Done."},
    ]


def _scripted(world: World, number: int) -> dict[str, str]:
    path = world.root.parent / f"script-{number}.jsonl"
    path.write_text("".join(json.dumps(reply) + "\n" for reply in _replies()))
    return {"DROIDLITE_SCRIPT": str(path)}


CRASH = """
import sys, os
from droidlite.app import headless
from droidlite.__main__ import main
def broken(*given, **more):
    raise RuntimeError(" ".join([os.environ["HOUSE_TOKEN"], os.environ["ANTHROPIC_API_KEY"], told]))
headless.open_session = broken
told, sys.argv = sys.argv[-1], [sys.argv[0], "exec", "-m", "claude-sonnet-5-5", "hi"]
main()
"""
"""A fault of the program's own, before it knows the settings."""


def attempts(*, quick: bool) -> Iterator[tuple[str, bool]]:
    with careless_world() as world:
        sweep = Sweep()
        words = ("exec", "--trust", "-m", "scripted", "-y", "--verify", "sh check.sh")
        for number, form in enumerate(("stream-json",) if quick else ("text", "json", "stream-json")):
            out, err = world.run(*words, "-o", form, "look", env=_scripted(world, number))
            sweep.add(f"exec -o {form}", out)
            sweep.add("exec, standard error", err)
            assert b"1 failed" in out + err, err.decode()
        for place, out in _others(world, quick=quick):
            sweep.add(place, out)
        for path in _files(world.home):
            if "blobs" not in path.parts and path.name != "config.toml":
                sweep.add(f"file {path.relative_to(world.home).parts[-1]}", path.read_bytes())
        yield from sweep.hits()
        yield from _open_to_others(world.home)


def _others(world: World, *, quick: bool) -> Iterator[tuple[str, bytes]]:
    listed = json.loads(world.run("sessions", "--json")[0])[0]["id"]
    for form in ("json",) if quick else ("json", "md", "html"):
        yield f"export {form}", b"".join(world.run("sessions", "export", listed, "--format", form))
    logs = {"ANTHROPIC_LOG": "debug", "OPENAI_LOG": "debug", "PYTHONWARNINGS": "default", "PYTHONASYNCIODEBUG": "1"}
    for model in ("claude-sonnet-5-5", "gpt-5.5"):
        yield f"401, {model}", b"".join(world.run("exec", "-m", model, "-o", "stream-json", "hi"))
        if not quick:
            yield f"401 with debug logs, {model}", b"".join(world.run("exec", "-m", model, "hi", env=logs))
    yield "a crash", b"".join(world.run(CANARIES[".env of the project"], code=CRASH))
    if quick:
        return
    yield "doctor", b"".join(world.run("doctor")) + b"".join(world.run("doctor", "--json"))
    yield "doctor --probe", b"".join(world.run("doctor", "--probe"))
    yield "models", b"".join(world.run("models", "--json")) + b"".join(world.run("models"))
    broken = {"OLLAMA_HOST": f"ftp://me:{CANARIES['password of a proxy']}@x"}
    yield "a variable that cannot be used", b"".join(world.run("exec", "hi", env=broken))
    yield "route, policy, stats", b"".join(out for word in ("policy", "stats") for out in world.run(word))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _open_to_others(home: Path) -> Iterator[tuple[str, bool]]:
    """Everything it wrote for itself, under this umask."""
    for path in sorted(home.rglob("*")):
        if path.name not in ("config", "config.toml"):
            yield (
                f"others may look at {path.name}",
                bool(stat.S_IMODE(path.lstat().st_mode) & 0o077) and not path.is_symlink(),
            )


def untried() -> list[str]:
    return [
        "with --sandbox off: a child of root's reads the environment of the shell above, which the sandbox hides",
        "saved files (blobs): they hold files as they were, keys too, so that a rewind brings them back",
        "a program that prints a key encoded (base64, reversed): no form is left to tell it by",
    ]
