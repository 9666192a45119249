"""Ten things a newcomer wants to do, each found in /help and done in at most three strokes from the prompt. A stroke is
a key, or a line and its Enter."""

import re
from pathlib import Path

from binary import call, configure, write_script

from droidlite.ui.grace import GRACE_SECONDS
from terminal import CHOOSING, Terminal

CAP, WAITING = "0.50", 300.0
TASKS: dict[str, tuple[tuple[str, ...], str]] = {
    "see why": (("/router\r",), "mode balanced"),
    "change mode": (("/router cost\r",), "model: claude-opus-5-5 (auto, cost)"),
    "pick auto": (("/model\r", "\x1b[H", "\r"), "(auto, cost)"),
    "cap the cost": ((f"/cap {CAP}\r",), f"cap: ${CAP}"),
    "approve": (("1",), "exit 0"),
    "interrupt": (("\x1b",), "exit 130"),
    "see the bill": (("/cost\r",), "in this session"),
    "export": (("/export\r",), "written to "),
    "rewind": (("/rewind\r", "\r", "1"), "rewound; your message is below"),
    "resume": (("/resume\r", "\r"), "resumed "),
}
NAMED = {
    "see why": "/router",
    "change mode": "/router",
    "pick auto": "/model",
    "cap the cost": "/cap",
    "approve": "1.",
    "interrupt": "Esc",
    "see the bill": "/cost",
    "export": "/export",
    "rewind": "/rewind",
    "resume": "/resume",
}
"""What /help calls it; an approval numbers its answers itself."""


def settles(terminal: Terminal) -> None:
    """Waits until the dialog takes keys: it takes none that come too fast to be meant."""
    terminal.shows(CHOOSING)
    terminal.comes(lambda: False, GRACE_SECONDS + 0.05)


def test_ten_tasks(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    replies = [
        {"calls": [call("shell", command="touch made")]},
        {"text": "Made."},
        {"calls": [call("shell", command=f"sleep {WAITING:.0f}")]},
        {"text": "Never."},
    ]
    script = write_script(tmp_path / "s.jsonl", replies)["DROIDLITE_SCRIPT"]
    configure(
        f'[[endpoints]]\nname = "house"\nprotocol = "scripted"\nbase_url = "{script}"\n'
        'models = ["claude-opus-5-5", "claude-haiku-5-5"]\n'
    )
    with Terminal(cwd=folder, env={}) as terminal:

        def does(task: str) -> None:
            strokes, seen = TASKS[task]
            assert len(strokes) <= 3
            wanted, before = re.sub(r"\s", "", seen), len(terminal.seen)
            for stroke in strokes[:-1]:
                terminal.type(stroke)
                settles(terminal)
            terminal.type(strokes[-1])
            terminal.until(lambda: wanted in terminal.seen[before:])

        terminal.sees("autonomy low")
        terminal.type("/help\r")
        terminal.shows("run a command yourself")
        help_text = "\n".join(terminal.screen.lines)
        for task in ("see why", "change mode", "pick auto", "cap the cost"):
            does(task)
        terminal.type("make it\r")
        terminal.shows("Run this command?")
        settles(terminal)
        does("approve")
        terminal.sees("Made.")
        terminal.type("!sleep 300\r")
        terminal.shows("sleep 300")
        terminal.shows("esc to interrupt")
        does("interrupt")
        for task in ("see the bill", "export"):
            does(task)
        terminal.type("/new\r")
        terminal.sees("new session")
        for task in ("resume", "rewind"):
            does(task)
        assert terminal.walks_out() == 0
    assert [task for task, name in NAMED.items() if task != "approve" and name not in help_text] == []
