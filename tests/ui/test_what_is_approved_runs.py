"""What a person saw and agreed to is what execve got, byte for byte."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from fakes import Rig

from droidlite.tool import Answer, Approval, Diff
from droidlite.tools import all_tools
from droidlite.tools.shell import TOOL
from droidlite.tools.write import TOOL as WRITE
from droidlite.types import Call
from droidlite.ui.approvals import AtTerminal
from droidlite.ui.choosing import Dialog
from droidlite.ui.render import Painter
from droidlite.ui.transcript import Transcript

KEEP = "cp /proc/$$/cmdline kept; "
"""bash keeps the argv it was given, then goes on to the rest."""
PLAIN = (
    "true",
    "echo 'two  blanks'",
    'echo "quotes \\" and \\\\ backslashes" \'$x\' `true`',
    "echo äöü 漢字 Ω ñ",
    "echo one\necho two\n\necho three",
    "cat <<'END'\n  text  \nEND",
    "echo $'\\x41' ${x:-y} $((1+1)) ~ *",
    "true # a comment; rm -rf x",
    "true \\\n  && true",
    "  true",
    "echo " + "a" * 5_000,
)
HIDDEN = (
    "echo \u202egnp.exe",
    "echo a\u200bb\u00adc",
    "echo \x1b[8mhidden\x1b[0m",
    "true\recho over",
    "true\x08\x08 x",
    "echo \U000e0041\ufe01",
    "echo \x9b31m\x7f",
)
WRITTEN = (
    ": \x1b]0; touch made; #\x07",
    ": \x1b[; touch made; #m",
    ": \x9d0; touch made; #\x9c",
    ": \x1bP; touch made; #\x1b\\",
    ": \x0b; touch made \x0c \x85 \u2028 \u2029",
    "\x1b]0;\n: \x07",
)
ENDING = ("true ", "true   ", "true\n", "true\n\n", "true;\t")


class Seen(list[str]):
    """Stands for the terminal: keeps every line of an approval, and agrees."""

    def ask(self, dialog: Dialog) -> Any:
        self.extend(getattr(dialog, "body", ()))
        return "once", ""

    def approved(self, diffs: tuple[Diff, ...]) -> None:
        return

    def refused(self, summary: str) -> None:
        raise AssertionError(summary)


def run(root: Path, arguments: str) -> tuple[str, bytes]:
    """What was shown of a call of shell, and the command that bash was given."""
    seen = Seen()
    painter = Painter(10_000, colour=False)
    person = AtTerminal(seen.ask, lambda text: seen.extend(_indented(text)), painter, lambda: None, seen)
    rig = Rig(root, tools=(TOOL,), autonomy="off", ask=person.ask_approval)
    rig.context.environment |= {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    list(rig.toolbox.run((Call("1", "shell", arguments),), rig.transcript))
    *_, command, end = (root / "kept").read_bytes().split(b"\0")
    assert end == b""
    return "\n".join(seen), command


def write(root: Path, content: str) -> tuple[str, str]:
    """What was shown of a call of write before and after it ran."""
    seen = Seen()
    painter = Painter(lambda: 10_000, colour=False)
    person = AtTerminal(seen.ask, lambda text: seen.extend(_indented(text)), painter, lambda: None, seen)
    rig = Rig(root, tools=(WRITE,), autonomy="off", ask=person.ask_approval)
    shown = Transcript(painter, lambda: 0.0)
    call = Call("1", "write", json.dumps({"file_path": "run.sh", "content": content}))
    told = "".join(shown.apply(event) for event in rig.toolbox.run((call,), rig.transcript))
    return "\n".join(seen), told


def _added(shown: str) -> str:
    """The lines of a diff that a file is made of."""
    return "".join(f"{line}\n" for line in re.findall(r"^ +\d+ \+ (.*)", shown, re.MULTILINE))


def _indented(text: str) -> list[str]:
    return [line.removeprefix("  ") for line in text.strip("\n").split("\n")]


def _meant(shown: str) -> str:
    """What is spelled out in a shown text, put back."""
    back = re.sub(r"<U\+([0-9A-F]{4,5})>", lambda found: chr(int(found[1], 16)), shown)
    back = re.sub("[\u2400-\u241f]", lambda found: chr(ord(found[0]) - 0x2400), back)
    return back.replace("\u2421", "\x7f")


@pytest.mark.parametrize("text", PLAIN)
def test_a_command_is_shown_as_it_runs(tmp_path: Path, text: str) -> None:
    command = KEEP + text
    shown, ran = run(tmp_path, json.dumps({"command": command}))
    assert (shown, ran.decode()) == (command, command)


@pytest.mark.parametrize("text", HIDDEN)
def test_what_is_hidden_is_spelled_out_and_runs_as_it_is(tmp_path: Path, text: str) -> None:
    command = KEEP + text
    shown, ran = run(tmp_path, json.dumps({"command": command}))
    assert shown.isprintable()
    assert not re.search("[\u00ad\u200b\u202e]", shown)
    assert (_meant(shown), ran.decode()) == (command, command)


@pytest.mark.parametrize("text", [*HIDDEN, *WRITTEN])
def test_what_is_hidden_in_a_change_is_spelled_out_before_it_is_written_and_after(tmp_path: Path, text: str) -> None:
    content = f"true\n{text}\n"
    for shown in write(tmp_path, content):
        assert shown.replace("\n", "").isprintable()
        assert _meant(_added(shown)) == content
    assert (tmp_path / "run.sh").read_bytes().decode() == content


@pytest.mark.parametrize("text", ENDING)
def test_blanks_at_the_end_are_run_as_they_were_written(tmp_path: Path, text: str) -> None:
    command = KEEP + text
    shown, ran = run(tmp_path, json.dumps({"command": command}))
    assert (shown, ran.decode()) == (command.rstrip("\n").replace("\t", " "), command)


@pytest.mark.parametrize(
    "arguments",
    [
        '{"command": "cp /proc/$$/cmdline kept; true", "command": "cp /proc/$$/cmdline kept; false"}',
        '{"command": "cp /proc/$$/cmdline kept; true", "description": "ls"}',
        '{"\\u0063ommand": "cp /proc/$$/cmdline kept; \\u0074rue"}',
    ],
    ids=["the same key twice", "a description", "escapes"],
)
def test_no_spelling_of_the_arguments_shows_another_command(tmp_path: Path, arguments: str) -> None:
    shown, ran = run(tmp_path, arguments)
    assert shown == ran.decode()


def test_nothing_can_be_changed_between_approval_and_start(tmp_path: Path) -> None:
    def change(approval: Approval) -> Answer:
        prepared = rig.toolbox.prepare(call)
        with pytest.raises(AttributeError):
            prepared.arguments.command = "rm -rf x"
        with pytest.raises(AttributeError):
            call.arguments = "{}"  # type: ignore[misc]
        return Answer("no")

    call = Call("1", "shell", '{"command": "touch made"}')
    rig = Rig(tmp_path, tools=(TOOL,), autonomy="off", ask=change)
    list(rig.toolbox.run((call,), rig.transcript))
    assert os.listdir(tmp_path) == []
    tools = [tool for kind in ("edit", "patch") for tool in all_tools(kind, ask=True)]  # type: ignore[arg-type]
    assert [tool.name for tool in tools if not tool.arguments.__struct_config__.frozen] == []
