"""Text from outside that would steer, hide or reorder what a terminal shows, through everything the program prints: the
true binary in a pseudo-terminal, judged by the raw bytes it wrote. The other half is the HTML page of a session."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from binary import BINARY, call, write_script
from msgspec import Struct
from terminal import CHOOSING, DEADLINE, Terminal

from droidlite.ui.grace import GRACE_SECONDS

SECTION = "ESC, OSC, DCS, C1, bidi, zero width, tags, floods of marks in any text shown"
MECHANISM = "sanitise.clean on all that is printed, and prompt_toolkit draws hidden characters spelled out"


class Payload(Struct, frozen=True):
    """`text` is planted; any of `traces` in what was written says that it got through."""

    text: str
    traces: tuple[str, ...]


def _raw(text: str) -> Payload:
    return Payload(text, (text,))


PAYLOADS = {
    "clear screen and scrollback": Payload("\x1b[2J\x1b[3Jx", ("\x1b[3J",)),
    "cursor somewhere else": _raw("\x1b[7;77H"),
    "colours that hide": _raw("\x1b[8;5;30;40m"),
    "title (OSC 0)": _raw("\x1b]0;pwned\x07"),
    "title (OSC 2, ST)": _raw("\x1b]2;pwned\x1b\\"),
    "link (OSC 8)": Payload("\x1b]8;;http://evil.test\x07text\x1b]8;;\x07", ("\x1b]8;;",)),
    "clipboard (OSC 52)": _raw("\x1b]52;c;cHduZWQ=\x07"),
    "clipboard, never ended": Payload("\x1b]52;p;cHduZWQ=", ("\x1b]52;p",)),
    "notification (OSC 9)": _raw("\x1b]9;pwned\x07"),
    "notification (OSC 777)": _raw("\x1b]777;notify;pwned;x\x07"),
    "file (OSC 1337)": _raw("\x1b]1337;File=inline=1:cHduZWQ=\x07"),
    "device control (DCS)": _raw("\x1bP$qm\x1b\\"),
    "picture (APC)": _raw("\x1b_Gf=32;cHduZWQ=\x1b\\"),
    "privacy message, string": Payload("\x1b^pwned\x1b\\\x1bXpwned\x1b\\", ("\x1b^", "\x1bX")),
    "question that types an answer": Payload("\x1b[6n\x1b[c\x1b[21t\x05", ("\x1b[6n", "\x1b[c", "\x1b[21t", "\x05")),
    "keys as this program likes (modes)": _raw("\x1b[?1003h"),
    "reset": _raw("\x1bc"),
    "character set": Payload("\x1b(0lqk\x0e", ("\x1b(0", "\x0e")),
    "nested escape": Payload("\x1b\x1b[7;76H[7;76H", ("\x1b[7;76H",)),
    "8-bit CSI": _raw("\x9b7;75H"),
    "8-bit OSC": Payload("\x9d52;c;cHduZWQ=\x9c", ("\x9d", "\x9c")),
    "backspaces": _raw("evil\x08\x08\x08\x08safe"),
    "carriage return": _raw("evil\rsafe"),
    "bell, NUL, DEL": Payload("\x07evil\x00\x7f", ("\x07evil", "\x00", "\x7f")),
    "right to left": Payload("\u202egpj.exe\u202c \u2067x\u2069", ("\u202e", "\u202c", "\u2067", "\u2069")),
    "zero width": Payload("pa\u200bss\u2060wo\ufeffrd\u200d\u00ad", ("\u200b", "\u2060", "\ufeff", "\u200d", "\u00ad")),
    "separators, fillers": Payload("a\u2028b\u2029c\u3164\u115f", ("\u2028", "\u2029", "\u3164", "\u115f")),
    "tags": _raw("\U000e0069\U000e0067\U000e006e"),
    "variation selectors that carry bytes": Payload("x\ufe01\ufe05\U000e0110", ("\ufe01", "\ufe05", "\U000e0110")),
    "flood of combining marks": Payload("Z" + "\u0301\u0316" * 60, ("\u0301\u0316" * 3,)),
}
EVIL = "\n".join(f"{number:02} {payload.text} end{number:02}" for number, payload in enumerate(PAYLOADS.values()))
WEB = "</title></pre><script>x()</script><img src=x onerror=x()><a href=javascript:x()>y</a> [z](javascript:x()) ![w](http://w)"
LINE = " ".join(payload.text for payload in PAYLOADS.values())
NAMES = tuple(payload.text.replace("/", "_").replace("\0", "")[:80] for payload in PAYLOADS.values())
SHOWN = tuple(part.text for name, part in PAYLOADS.items() if name not in ("carriage return", "bell, NUL, DEL"))


def leaks(sink: str, written: str) -> Iterator[tuple[str, bool]]:
    """One attempt for each payload."""
    for name, payload in PAYLOADS.items():
        yield f"{sink}: {name}", any(trace in written for trace in payload.traces)


class World(Struct, frozen=True):
    """A folder in which all that can be named is hostile, and the environment it is looked at in."""

    root: Path
    env: Mapping[str, str]

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        """What a command writes to a terminal of its own."""
        with Terminal(*words, cwd=self.root, env={**self.env, **(env or {})}, columns=200) as terminal:
            terminal.process.wait(DEADLINE)
            terminal.rests(0.05)
            return terminal.written


@contextmanager
def hostile_world() -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as name, _server() as url:
        home, root = Path(name, "home"), Path(name, "re\u202epo\x1b]0;pwned\x07")
        root.mkdir()
        _plant(root)
        (home / "config").mkdir(parents=True)
        (home / "config" / "config.toml").write_text(
            f'[[endpoints]]\nname = "{_toml(SHOWN[3])}"\nprotocol = "openai-chat"\nbase_url = "{url}/v1"\n'
            'api_key = "not-a-key-0123456789"\nmodels = ["gpt-*"]\n'
        )
        (home / "config" / "policy.toml").write_text(
            f'[[rules]]\nname = "{_toml(LINE)}"\nguidance = "{_toml(LINE)}"\nprefer = ["tier:frontier"]\n'
        )
        env = {"DROIDLITE_HOME": str(home), "OLLAMA_HOST": url, "TERM_PROGRAM": LINE.replace("\0", "")}
        yield World(root, env)


def _toml(text: str) -> str:
    """Inside a TOML string."""
    return json.dumps(text, ensure_ascii=True)[1:-1].encode().decode() if text.isascii() else _escaped(text)


def _escaped(text: str) -> str:
    return "".join(f"\\U{ord(letter):08x}" for letter in text)


def _plant(root: Path) -> None:
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@x", "-c", "init.defaultBranch=main")
    subprocess.run([*git, "init", "-q"], cwd=root, check=True)
    for number, name in enumerate(NAMES):
        (root / f"{number:02}{name}\n'\".txt").write_text(f"needle {EVIL}\n")
    (root / "evil.txt").write_bytes(EVIL.encode() + b"\n\x9b7;75H\x9d52;c;cHdu\x9c\n")
    (root / "AGENTS.md").write_text(f"now 0\n{EVIL}")
    subprocess.run([*git, "add", "AGENTS.md"], cwd=root, check=True)
    message = EVIL.replace("\0", "").encode()
    subprocess.run([*git, "commit", "-q", "-F", "-"], cwd=root, check=True, input=message)
    branch = "b\u202e\u200b\U000e0069\ufe01z" + "\u0301\u0316" * 40
    subprocess.run([*git, "checkout", "-q", "-b", branch], cwd=root, check=True)


@contextmanager
def _server() -> Iterator[str]:
    """Lists models with hostile ids, as Ollama does, and fails everything else with a hostile body."""

    class Hostile(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(200, {"models": [{"name": f"m{number}{text}"} for number, text in enumerate(SHOWN)]})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._send(400, {"error": {"message": EVIL, "type": LINE, "code": LINE}})

        def _send(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _said(number: int) -> list[dict[str, Any]]:
    """A model whose every word is hostile; what it changes is the `number`th time."""
    todos = [{"text": LINE, "status": "in_progress"}, {"text": LINE, "status": "pending"}]
    return [
        {
            "text": EVIL + WEB,
            "thought": EVIL,
            "calls": [call("shell", command="cat evil.txt; git log; ls; echo >&2 $TERM_PROGRAM")],
        },
        {
            "calls": [
                call(LINE, x="1"),
                call("grep", pattern="needle"),
                call("glob", pattern="*"),
                call("read", file_path="evil.txt"),
            ]
        },
        {"calls": [call("todo", items=todos), call("shell", command=f"true {LINE}")]},
        {
            "calls": [
                call("write", file_path=f"made{number}{LINE[:60]}".replace("/", "_").replace("\0", ""), content=EVIL)
            ]
        },
        {
            "calls": [
                call("edit", file_path="AGENTS.md", old_string=f"now {number}", new_string=f"now {number + 1} {EVIL}")
            ]
        },
        {"text": f"All done.\n\n```python\n{EVIL}\n```\n\n| {LINE} | x |\n|---|---|\n| {LINE} | y |\n\nfinished"},
    ]


def _looks(world: World, *, quick: bool) -> Iterator[tuple[str, str]]:
    listed = json.loads(_captured(world, "sessions", "--json"))
    session = listed[0]["id"]
    commands: list[tuple[str, ...]] = [("sessions", "show", session), ("models",)]
    if not quick:
        commands += [("sessions",), ("doctor",)]
        commands += [("sessions", "export", session, "--format", form) for form in ("md", "json", "html")]
        commands += [("sessions", "show", session, "--json"), ("sessions", "search", "say"), ("sessions", "--json")]
        commands += [("models", "--json"), ("doctor", "--json"), ("stats",), ("stats", "--all", "--json")]
        commands += [("route", LINE.replace("\0", "")), ("policy",), ("policy", "check"), ("policy", "--json")]
        commands += [("router", "test"), ("sessions", "rm", LINE.replace("\0", "")), ("sessions", "doctor")]
        commands += [
            ("exec", "-m", LINE.replace("\0", ""), "hi"),
            ("exec", f"--{LINE[:40]}", "hi"),
            ("stats", "--router"),
        ]
        commands += [
            ("exec", "-m", "gpt-5.2", "hi"),
            ("exec", "-C", LINE.replace("\0", ""), "hi"),
            ("doctor", "--probe"),
        ]
    for words in commands:
        yield f"droidlite {' '.join(words)[:30].encode('ascii', 'replace').decode()}", world.run(*words)


def _captured(world: World, *words: str) -> str:
    env = {**os.environ, **world.env}
    return subprocess.run([*BINARY, *words], cwd=world.root, env=env, capture_output=True, text=True, check=True).stdout


LOOKS = ("/diff", "/sessions", "/stats", "/status", "/context", "/cost", "/permissions", "/router", "/router numbers")
"""What an interactive session is asked to show of all that."""


def _interactive(world: World, *words: str, quick: bool) -> Iterator[tuple[str, str]]:
    """The same sinks for a person, step by step."""
    env = {**world.env, **_script(world, 2 if quick else 4 if "--plain" in words else 3)}
    with Terminal(*words, cwd=world.root, env=env, columns=120, rows=40) as terminal:
        steps = _Steps(terminal)
        plain = "--plain" in words
        yield from _trusting(terminal, steps, plain=plain)
        terminal.sees("/help for commands" if plain else "autonomy")
        yield steps.took("the start")
        terminal.type("go\r")
        terminal.sees("finished")
        terminal.sees("session,")
        yield steps.took("a turn")
        for look in LOOKS[:1] if quick else LOOKS:
            terminal.type(f"{look}\r")
            terminal.comes(lambda: False, 0.5)
            if not plain and look == "/permissions":
                terminal.type("\x1b")
            yield steps.took(look)
        if not plain:
            yield from _at_the_input(terminal, steps, quick=quick)
        terminal.process.kill()


def _trusting(terminal: Terminal, steps: "_Steps", *, plain: bool) -> Iterator[tuple[str, str]]:
    """What the repository brings, listed and looked at, then trusted, where it is not already."""
    terminal.until(lambda: "noneofitisused" in terminal.seen or "/helpforcommands" in terminal.seen)
    if "noneofitisused" not in terminal.seen:
        return
    terminal.comes(lambda: False, GRACE_SECONDS + 0.1)
    yield steps.took("the question of trust")
    terminal.type("2\r" if plain else "2")
    terminal.sees("end15" if plain else "q or Esc back")
    terminal.type("" if plain else "q")
    terminal.comes(lambda: False, GRACE_SECONDS + 0.1)
    yield steps.took("what is to be trusted")
    terminal.type("1\r" if plain else "1")


def _asked(world: World) -> Iterator[tuple[str, str]]:
    """What a person has to decide on, at low."""
    calls = [
        call("ask", question=EVIL, options=[LINE, EVIL]),
        call("shell", command=f"touch {LINE}"),
        call("fetch", url=f"https://example.org/{LINE}"),
    ]
    env = write_script(world.root.parent / "asked.jsonl", [{"calls": [each]} for each in calls])
    with Terminal("go", cwd=world.root, env={**world.env, **env}, columns=120, rows=80) as terminal:
        steps = _Steps(terminal)
        yield from _trusting(terminal, steps, plain=False)
        for name in ("a question", "a command to allow", "a page to allow"):
            terminal.shows(CHOOSING)
            terminal.comes(lambda: False, GRACE_SECONDS + 0.1)
            yield steps.took(name)
            terminal.type("1")


def _at_the_input(terminal: Terminal, steps: "_Steps", *, quick: bool) -> Iterator[tuple[str, str]]:
    terminal.paste("".join(part for part in LINE if part not in "\x1b\r\0"))
    terminal.comes(lambda: False, 0.4)
    terminal.type("\x15")
    yield steps.took("what is pasted")
    terminal.type("@0")
    terminal.comes(lambda: False, 0.5)
    terminal.type("\x15")
    yield steps.took("files after @")
    opened = {"the transcript": "\x0f", "/resume": "/resume\r", "/model": "/model\r", "/rewind": "/rewind\r"}
    for name in () if quick else opened:
        terminal.type(opened[name])
        terminal.comes(lambda: False, 1.0)
        terminal.type("q" if name == "the transcript" else "\x1b")
        terminal.comes(lambda: False, 0.4)
        yield steps.took(name)


class _Steps:
    """What was written since the last look."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal, self._seen = terminal, 0

    def took(self, name: str) -> tuple[str, str]:
        self._terminal.rests(0.15)
        written = self._terminal.written
        new, self._seen = written[self._seen :], len(written)
        return name, new


def attempts(*, quick: bool) -> Iterator[tuple[str, bool]]:
    """Every payload at every sink."""
    with hostile_world() as world:
        for sink, written in _sinks(world, quick=quick):
            yield from leaks(sink, written)
        yield from in_a_page(_captured(world, "sessions", "export", _newest(world), "--format", "html"))


def _newest(world: World) -> str:
    return str(json.loads(_captured(world, "sessions", "--json"))[0]["id"])


def _sinks(world: World, *, quick: bool) -> Iterator[tuple[str, str]]:
    for number, form in enumerate(("text",) if quick else ("text", "json", "stream-json")):
        words = ("exec", "-y", "-o", form, f"say {WEB} {LINE}".replace("\0", ""))
        yield f"exec -o {form}", world.run(*words, env=_script(world, number))
    yield from _looks(world, quick=quick)
    yield from _interactive(world, "-y", quick=quick)
    yield "a crash", _crash(world)
    if not quick:
        yield from _asked(world)
        yield from ((f"--plain, {name}", text) for name, text in _interactive(world, "-y", "--plain", quick=False))


def _script(world: World, number: int) -> dict[str, str]:
    return write_script(world.root.parent / f"script-{number}.jsonl", _said(number))


CRASH = """
import sys
from droidlite import doctor
from droidlite.__main__ import main
told, sys.argv = sys.argv[1], [sys.argv[0], "doctor"]
def broken(*given):
    raise RuntimeError(told)
doctor.findings = broken
main()
"""


def _crash(world: World) -> str:
    env = {**os.environ, **world.env}
    words = [sys.executable, "-c", CRASH, LINE.replace("\0", "")]
    ran = subprocess.run(words, cwd=world.root, env=env, capture_output=True, check=False)
    return (ran.stdout + ran.stderr).decode(errors="replace")


class _Page(HTMLParser):
    """What of a page would act: tags that are none of ours, handlers, addresses that are no web page."""

    def __init__(self) -> None:
        super().__init__()
        self.acting: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "svg", "form", "base", "link"):
            self.acting.append(tag)
        for name, value in attrs:
            address = name in ("href", "src") and not str(value).startswith(
                ("http://", "https://", "mailto:", "#", "data:image/")
            )
            if name.startswith("on") or name == "srcdoc" or address:
                self.acting.append(f"{tag} {name}={value}")


def in_a_page(page: str) -> Iterator[tuple[str, bool]]:
    yield from leaks("HTML page", page)
    seen = _Page()
    seen.feed(page)
    yield "HTML page: something acts", bool(seen.acting)


def untried() -> list[str]:
    """What is not tried here, and why."""
    return ["other terminals' own escape sequences: bytes are judged, so none is drawn", "the person's editor (Ctrl+G)"]


Attempts = Callable[..., Iterator[tuple[str, bool]]]
