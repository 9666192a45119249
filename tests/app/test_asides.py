"""/btw: answered with the conversation as context, out of a warm cache, on the budget, and no part of the session."""

import json
import threading
from pathlib import Path

import pytest
from binary import configure, endpoint_settings
from chats import opened, says
from loopback import Asked, Loopback, Said, assert_prefixes

from droidlite.errors import CapReached, Interrupted
from droidlite.events import CallStarted
from droidlite.types import WireProtocol

MODELS: dict[WireProtocol, str] = {
    "anthropic": "claude-sonnet-5-5",
    "openai-responses": "gpt-5.5",
    "openai-chat": "MiniMax-M3",
}


def use(server: Loopback, protocol: WireProtocol = "anthropic") -> str:
    """Configures the service and returns a model it has."""
    configure(endpoint_settings(server.endpoint(protocol), models='["*"]'))
    return MODELS[protocol]


@pytest.mark.parametrize("protocol", list(MODELS))
def test_it_extends_what_was_sent_and_leaves_no_trace_in_what_is_sent_later(
    protocol: WireProtocol, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    usage = {"input": 1_000, "output": 100}
    look = Said("I look.", calls=(Asked("read", {"file_path": "a.py"}),))
    replies = [look, Said("Done."), Said("A flag.", usage=usage), Said("Again.")]
    with Loopback(replies) as server:
        model = use(server, protocol)
        with opened(tmp_path, model=model, effort="medium") as chat:
            says(chat, "what is in a.py?")
            messages, spent = chat.session.parts.agent.transcript.messages, chat.bill().total_usd
            answer = chat.btw("what does -x do?")
            assert chat.session.parts.agent.transcript.messages == messages
            assert chat.bill().total_usd == pytest.approx(spent + (answer.cost_usd or 0))
            says(chat, "go on")
            journaled = chat.store.load(chat.session.parts.session_id)
        first, before, aside, after = server.requests
    assert (answer.text, (answer.cost_usd or 0) > 0) == ("A flag.", True)
    assert_prefixes(server, requests=[first, before, aside])
    assert_prefixes(server, requests=[first, before, after])
    said = "messages" if "messages" in aside.json else "input"
    assert {k: v for k, v in aside.json.items() if k != said} == {k: v for k, v in before.json.items() if k != said}
    assert ("-x do?" in json.dumps(aside.json), "-x do?" in json.dumps(after.json)) == (True, False)
    assert [turn.prompt for turn in journaled.turns] == ["what is in a.py?", "go on"]
    assert "-x do?" not in str(journaled.messages)
    assert len(journaled.calls) == 4


def test_it_can_be_asked_while_a_tool_runs(tmp_path: Path) -> None:
    wait = Said("I wait.", calls=(Asked("shell", {"command": "until [ -e go ]; do sleep 0.02; done"}),))
    with Loopback([wait, Said("Not yet."), Said("Done.")]) as server:
        with opened(tmp_path, model=use(server), autonomy="high") as chat:
            running = threading.Event()

            def work() -> None:
                for event in chat.send("wait for it"):
                    if isinstance(event, CallStarted):
                        running.set()

            thread = threading.Thread(target=work)
            thread.start()
            assert running.wait(60)
            assert chat.btw("is it there?").text == "Not yet."
            (tmp_path / "go").touch()
            thread.join(60)
        first, aside, last = server.requests
    assert_prefixes(server, requests=[first, aside])
    assert_prefixes(server, requests=[first, last])
    assert [message["role"] for message in aside.json["messages"]] == ["user"] * 3


def test_before_anything_was_said_it_knows_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("We use tabs.\n")
    with Loopback([Said("Tabs."), Said("Hello.")]) as server:
        with opened(tmp_path, model=use(server), trust="now") as chat:
            assert chat.btw("tabs?").text == "Tabs."
            says(chat, "hello")
        aside, first = server.requests
    assert "We use tabs." in json.dumps(aside.json["messages"])
    assert "tabs?" not in json.dumps(first.json["messages"])


def test_a_call_of_a_tool_is_not_run(tmp_path: Path) -> None:
    call = Said("", calls=(Asked("shell", {"command": "touch done"}), Asked("read", {"file_path": "x"})))
    with Loopback([call]) as server, opened(tmp_path, model=use(server), autonomy="high") as chat:
        told = "It would have to look first (shell, read), which it cannot do aside; ask in the conversation."
        assert chat.btw("do it").text == told
        assert not (tmp_path / "done").exists()


def test_the_cap_holds_for_it_too(tmp_path: Path) -> None:
    with Loopback([Said("Never.")]) as server:
        with opened(tmp_path, model=use(server), max_cost=0.001) as chat, pytest.raises(CapReached):
            chat.btw("why?")
        assert server.requests == []


def test_an_interruption_ends_it(tmp_path: Path) -> None:
    asked = threading.Event()

    def answer(body: object, n: int) -> Said:
        asked.set()
        return Said("Slowly, slowly.", fault="stall") if n == 0 else Said("Then this.")

    with Loopback(answer) as server, opened(tmp_path, model=use(server)) as chat:
        thread = threading.Thread(target=lambda: asked.wait(60) and chat.interrupt())
        thread.start()
        with pytest.raises(Interrupted):
            chat.btw("why?")
        thread.join()
        assert chat.btw("and now?").text == "Then this."
