"""A verified session that changes its model, through the true binary, between services as strict as the vendors."""

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from binary import configure, droidlite, endpoint_settings
from loopback import Asked, Loopback, Said
from vendor_rules import reject

from droidlite.session.fold import Session
from droidlite.session.store import Store

CHEAP, STRONG = "MiniMax-M3", "claude-opus-4-8"
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 2_000
LOOK = Asked("read", {"file_path": "shot.png"})
WRITE = Asked("write", {"file_path": "done", "content": "yes\n"})
LONG = {"input": 200, "cache_read": 60_000, "output": 50}
"""Usage of a call in a long conversation."""
WORDS = ("exec", "--auto", "low", "--verify", "test -f done", "-o", "json", "fix the failing check: see shot.png")


class Services:
    """A strict service of cheap models and one of strong ones."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def start(self, cheap: list[Said], strong: list[Said]) -> None:
        self.cheap = self._stack.enter_context(Loopback(cheap, check=reject))
        self.strong = self._stack.enter_context(Loopback(strong, check=reject))
        configure(
            "verify_rounds = 0\n"
            + endpoint_settings(self.cheap.endpoint("openai-chat"), name="cheap", models=f'["{CHEAP}"]')
            + endpoint_settings(self.strong.endpoint("anthropic"), name="strong", models=f'["{STRONG}"]')
        )


@pytest.fixture
def services(home: Path, tmp_path: Path) -> Iterator[Services]:
    (tmp_path / "shot.png").write_bytes(PNG)
    with ExitStack() as stack:
        yield Services(stack)


def journaled(home: Path) -> Session:
    store = Store(home / "droidlite" / "state" / "sessions")
    return store.load(store.list(None)[0].id)


def test_images_go_over_and_thinking_that_cannot_is_told(tmp_path: Path, home: Path, services: Services) -> None:
    services.start(
        [Said("I look.", thought="CHEAP THOUGHTS", calls=(LOOK,)), Said("I think it is done.")],
        [Said("Ah.", thought="Strong thoughts.", calls=(WRITE,)), Said("Now it is.")],
    )
    ran = droidlite(*WORDS, cwd=tmp_path)
    assert (ran.code, ran.result["result"]) == (0, "Now it is.")
    (switch,) = ran.result["routing"]["switches"]
    assert (switch["from"], switch["to"]) == (CHEAP, STRONG)
    assert switch["reasons"][1:] == [f"1 reasoning text of {CHEAP} is dropped"]
    assert journaled(home).switches[0].reasons == tuple(switch["reasons"])
    first, second = services.strong.requests
    said = json.dumps(first.json["messages"])
    assert base64.b64encode(PNG).decode() in said
    assert "CHEAP THOUGHTS" not in said
    assert "I look." in said
    assert "Strong thoughts." in json.dumps(second.json["messages"])
    assert len(services.cheap.requests) == 2


def test_a_long_conversation_goes_over_as_a_note_where_that_is_cheaper(
    tmp_path: Path, home: Path, services: Services
) -> None:
    note = "## Goal\nThe check passes.\n## Next\nWrite the file `done`."
    services.start(
        [Said("I look.", calls=(LOOK,), usage=LONG), Said("I think it is done.", usage=LONG), Said(note, usage=LONG)],
        [Said(calls=(WRITE,)), Said("Now it is.")],
    )
    ran = droidlite(*WORDS, cwd=tmp_path)
    assert (ran.code, ran.result["result"]) == (0, "Now it is.")
    (switch,) = ran.result["routing"]["switches"]
    assert switch["reasons"][1].startswith(f"{CHEAP} left a note: $")
    assert len(services.cheap.requests) == 3
    assert "tool_choice" not in services.cheap.requests[2].json
    said = json.dumps(services.strong.requests[0].json["messages"])
    assert "Write the file `done`." in said
    assert "fix the failing check: see shot.png" in said
    assert "The check `test -f done` still fails" in said
    assert "I look." not in said
    used = ran.result["model_usage"][CHEAP]
    assert (used["calls"], used["usage"]["cache_read"]) == (3, 180_000)
    assert note.splitlines()[1] not in ran.out


def test_where_the_note_is_cut_the_whole_conversation_goes_over(tmp_path: Path, services: Services) -> None:
    services.start(
        [
            Said("I look.", calls=(LOOK,), usage=LONG),
            Said("I think it is done.", usage=LONG),
            Said("## Go", stop="length", usage=LONG),
        ],
        [Said(calls=(WRITE,)), Said("Now it is.")],
    )
    ran = droidlite(*WORDS, cwd=tmp_path)
    assert ran.code == 0
    (switch,) = ran.result["routing"]["switches"]
    assert switch["reasons"][1] == f"{CHEAP} left no note, so the whole conversation goes over"
    said = json.dumps(services.strong.requests[0].json["messages"])
    assert "I look." in said
    assert "## Go" not in said
    assert ran.result["model_usage"][CHEAP]["calls"] == 3
