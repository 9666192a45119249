"""What the slash commands show and do, over the recorded conversation."""

from collections.abc import Iterator
from typing import Any

import pytest
from recorded import Recorded

from droidlite.errors import UsageError
from droidlite.events import Event
from droidlite.sanitise import clean
from droidlite.types import User
from droidlite.ui.asking import Asking
from droidlite.ui.choosing import Choosing, Dialog
from droidlite.ui.commands import COMMANDS, KEYS, find_command
from droidlite.ui.render import Painter

LOOKING = [
    *("/help", "/help rewind", "/cost", "/context", "/stats", "/stats 1h", "/status", "/permissions", "/sessions"),
    *("/diff", "/btw why?", "/rename Clamp"),
]


class Host:
    """Shows nothing to anybody: keeps what was said and answers dialogs by `answers`, functions of the dialog."""

    def __init__(self, conversation: Recorded, width: int = 80) -> None:
        self.conversation, self.painter = conversation, Painter(lambda: width, False)
        self.said: list[str] = []
        self.shown: list[Event | User] = []
        self.filled = ""
        self.asked: list[Any] = []
        self.answers: list[Any] = []

    keys = KEYS

    def say(self, ansi: str) -> None:
        self.said.append(ansi)

    def ask(self, dialog: Dialog) -> Any:
        self.asked.append(dialog)
        answer = self.answers.pop(0) if self.answers else lambda dialog: dialog.left
        return answer(dialog)

    def show(self, events: Iterator[Event | User]) -> None:
        self.shown += events

    def fill(self, text: str) -> None:
        self.filled = text

    def leave(self) -> None:
        self.filled = "left"

    def does(self, typed: str) -> str:
        """What `typed` shows, from the beginning of the session."""
        name, _, words = typed.partition(" ")
        find_command(name.removeprefix("/")).run(self, words)  # type: ignore[arg-type]
        return "".join(self.said)


@pytest.fixture
def host() -> Host:
    return Host(Recorded([]))


def row(dialog: Choosing, word: str) -> Any:
    """The value of the row that holds `word`."""
    return next(item.value for item in dialog.items if any(word in cell for cell in item.cells))


@pytest.mark.parametrize("width", [120, 80, 40, 20])
@pytest.mark.parametrize("typed", LOOKING)
def test_what_a_command_shows_fits_the_terminal_and_one_screen(typed: str, width: int) -> None:
    told = Host(Recorded([]), width).does(typed)
    assert told == clean(told)
    assert max(map(len, told.splitlines())) <= width
    assert len(told.splitlines()) <= (30 if width >= 80 else 104)


def test_status_tells_how_each_way_does_and_which_is_taken(host: Host) -> None:
    assert host.does("/status").splitlines()[-3:] == [
        "  way     > house: ok · first word after 0.8 s",
        "  way       spare: left alone after failures for 25 s · failed just now:",
        "            Endpoint spare failed with HTTP 503.",
    ]


def test_a_rule_is_revoked(host: Host) -> None:
    host.answers = [lambda dialog: row(dialog, "make")]
    assert "policy allows no more than medium" in host.does("/permissions")
    assert [permit.allows for permit in host.conversation.permits] == ["commands that begin `git commit`"]
    assert "revoked: commands that begin `make`" in host.said[-1]
    (dialog,) = host.asked
    assert [item.why_not for item in dialog.items] == ["", "config.toml:3 says so."]
    host.does("/permissions")
    assert len(host.asked) == 1  # nothing is left that could be revoked


def choose(value: str) -> Any:
    """Takes the option of that value, which must be offered."""

    def answer(dialog: Asking) -> tuple[str, str]:
        assert value in [option.value for option in dialog.options]
        return (value, "")

    return answer


@pytest.mark.parametrize(
    ("part", "filled", "told"),
    [
        ("both", "fix clamp", "rewound; your message is below"),
        ("conversation", "fix clamp", "the conversation is rewound, files stay"),
        ("files", "", "the files are put back, the conversation stays"),
    ],
)
@pytest.mark.parametrize("looks", [False, True])
def test_files_conversation_or_both_are_rewound(host: Host, part: str, filled: str, told: str, looks: bool) -> None:
    look = [choose("look")] if looks else []
    host.answers = [lambda dialog: row(dialog, "fix clamp"), *look, choose(part)]
    said = host.does("/rewind")
    assert (host.conversation.rewound, host.filled, told in said) == ([(1, part)], filled, True)
    assert ("# the upper bound belongs" in said) == looks
    assert host.asked[1].body == (
        "files:",
        "  src/ranges.py: its content goes back (+2 -1)",
        "conversation:",
        "  1 message of yours and what followed are dropped",
    )


def test_where_no_file_changed_only_the_conversation_can_go_back(host: Host) -> None:
    host.answers = [lambda dialog: row(dialog, "now the docs")]
    host.does("/rewind")
    assert [option.value for option in host.asked[1].options] == ["both", "no"]
    assert host.conversation.rewound == []


def test_a_diff_says_how_much_first(host: Host) -> None:
    lines = [line.strip() for line in host.does("/diff").splitlines()]
    assert lines[1:4] == ["src/ranges.py  +2        -1", "logo.png           not text", "2 files        +2        -1"]
    assert "# the upper bound belongs" in host.said[1]
    host.said.clear()
    assert host.does("/diff logo") == "\n  logo.png  not text\n"
    with pytest.raises(UsageError, match=r"changed no file x\.py; /diff lists"):
        host.does("/diff x.py")


@pytest.mark.parametrize("typed", ["/cap none", "/cap OFF"])
def test_a_cap_is_lifted(typed: str, host: Host) -> None:
    host.does("/cap 0.50")
    assert host.does(typed).endswith("cap: none; $0.20 is spent\n")


def test_every_command_fits_into_its_column() -> None:
    assert [command.name for command in COMMANDS if len(command.about) > 25] == []


def test_an_answer_aside_is_drawn_as_markdown(host: Host) -> None:
    assert host.does("/btw what of the **total**?").count("**") == 2  # in the question


def test_what_is_neither_an_amount_nor_none_is_told(host: Host) -> None:
    with pytest.raises(UsageError, match="or none; much is neither"):
        host.does("/cap much")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("re", "There is no /re: did you mean /review, /rewind, /resume or /rename?"),
        ("mcp", "There is no /mcp yet."),
        ("skills", "There is no /skills yet."),
        ("hooks", "There is no /hooks yet."),
        ("modle", "There is no /modle: did you mean /model?"),
        ("zzz", "There is no /zzz: /help lists them."),
    ],
)
def test_a_command_that_is_none_names_those_that_may_be_meant(name: str, said: str) -> None:
    with pytest.raises(UsageError) as told:
        find_command(name)
    assert str(told.value) == said
