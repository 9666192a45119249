"""The ladder through the true binary: asked for by the model, seen in its steps, refused with one sentence."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from binary import Ran, configure, droidlite, endpoint_settings
from loopback import Asked, Loopback, Said
from terminal import Terminal

from droidlite.session.store import Store

CHEAP, STRONG = "MiniMax-M3", "claude-opus-4-8"
ESCALATE = Asked("escalate", {"reason": "Three ways of mending the parser failed."})
VALUED = "[router]\ntask_value_usd = 50.0\n"
NOBODY = "The check still fails and no other model takes over"
SWITCHED = f"model {CHEAP} -> {STRONG}"
Services = Callable[..., tuple[Loopback, Loopback]]


@pytest.fixture
def two(home: Path) -> Services:
    """A service of cheap models and one of strong ones; `settings` come before the endpoints, `models` behind."""

    def services(cheap: Any, strong: Any, settings: str = "", models: str = "") -> tuple[Loopback, Loopback]:
        one, other = Loopback(cheap), Loopback(strong)
        configure(
            settings
            + endpoint_settings(one.endpoint("openai-chat"), name="cheap", models=f'["{CHEAP}"]')
            + endpoint_settings(other.endpoint("anthropic"), name="strong", models=f'["{STRONG}"]')
            + models
        )
        return one, other

    return services


def run(folder: Path, *words: str, prompt: str = "fix the failing check") -> Ran:
    return droidlite("exec", "--auto", "low", "-o", "json", *words, prompt, cwd=folder)


def steps(count: int, last: str = "Done.") -> list[Said]:
    """The same call so often, and an answer."""
    return [*[Said(calls=(Asked("read", {"file_path": "a.txt"}),)) for _ in range(count)], Said(last)]


def test_the_model_asks_in_the_middle_of_its_calls(tmp_path: Path, two: Services, home: Path) -> None:
    """Its calls are answered first; then the stronger one goes on, and cannot ask for another."""
    (tmp_path / "a.txt").write_text("hello\n")
    cheap, strong = two([Said(calls=(ESCALATE, Asked("read", {"file_path": "a.txt"})))], [Said("Mended.")], VALUED)
    with cheap, strong:
        ran = run(tmp_path, "--verify", "true")
    assert (ran.code, ran.result["result"], len(cheap.requests)) == (0, "Mended.", 1)
    (switch,) = ran.result["routing"]["switches"]
    assert (switch["from"], switch["to"], switch["cause"]) == (CHEAP, STRONG, "the model asks for a stronger one")
    assert f"{switch['cause']}; {switch['reasons'][0]}" in ran.err
    gate = switch["gate"]
    assert gate["stay_usd"] - gate["switch_usd"] > gate["margin_usd"] == 0
    assert gate["premium_usd"] == switch["price_usd"] == gate["reading_to_usd"] > 0
    assert (gate["worth_usd"], gate["warm_to"]) == (50.0, 0)
    assert 0 < gate["success_from"] < gate["success_to"] < 1
    assert "escalate" in offered(cheap)
    assert "escalate" not in offered(strong)
    answered = strong.requests[0].json["messages"][-1]["content"]
    assert answered[0]["content"] == f"{STRONG} takes over when this reply's calls are answered."
    assert "hello" in answered[1]["content"]
    store = Store(home / "droidlite" / "state" / "sessions")
    (kept,) = store.load(store.list(None)[0].id).switches
    assert kept.gate == gate


def test_the_model_asks_and_the_gate_says_no(tmp_path: Path, two: Services) -> None:
    """It gets advice instead: one call, on the ledger, that no session is judged by."""
    cheap, strong = two([Said(calls=(ESCALATE,)), Said("Done.")], [Said("Look at line 3.")])
    with cheap, strong:
        ran = run(tmp_path, "--verify", "true")
    assert (ran.code, ran.result["result"], ran.result["routing"]["switches"]) == (0, "Done.", [])
    (result, advice) = cheap.requests[1].json["messages"][-2:]
    assert result["content"].startswith(f"No switch: {STRONG} would cost $")
    assert result["content"].endswith(f"{STRONG} will look at your last steps and advise you.")
    assert advice["content"] == "A stronger model has looked at your last steps and advises:\n\nLook at line 3."
    (consulted,) = strong.requests
    assert "Three ways of mending the parser failed." in json.dumps(consulted.json["messages"])
    assert "fix the failing check" in json.dumps(consulted.json["messages"])
    assert "tools" not in consulted.json
    assert ran.result["model_usage"][STRONG]["calls"] == 1
    assert f"asked {STRONG} for $" in ran.err


def test_a_model_that_does_not_get_on_is_told_then_advised_then_relieved(tmp_path: Path, two: Services) -> None:
    (tmp_path / "a.txt").write_text("hello\n")
    cheap, strong = two(steps(30), [Said("Look at b.txt."), Said("Mended.")], VALUED)
    with cheap, strong:
        ran = run(tmp_path, "--verify", "true")
    assert (ran.code, ran.result["result"]) == (0, "Mended.")
    assert len(cheap.requests) == 18  # a rung after each six calls
    (switch,) = ran.result["routing"]["switches"]
    assert switch["cause"] == "it repeats a call; nothing changes and nothing new is learned"
    told = [line.partition(":")[0] for line in ran.err.splitlines() if switch["cause"] in line]
    assert told == ["told so", f"asked {STRONG} for ${ran.err.partition('for $')[2].partition(':')[0]}", SWITCHED]
    said = json.dumps(strong.requests[1].json["messages"])
    assert said.count("You do not seem to get on: it repeats a call;") == 1
    assert said.count("advises:") == 1


def test_a_model_that_was_chosen_by_name_is_left_alone(tmp_path: Path, two: Services) -> None:
    (tmp_path / "a.txt").write_text("hello\n")
    cheap, strong = two(steps(12), [Said("Never asked.")], VALUED)
    with cheap, strong:
        ran = run(tmp_path, "-m", CHEAP)
    assert (ran.code, ran.result["result"], strong.requests) == (0, "Done.", [])
    assert "escalate" not in offered(cheap)


def test_a_switch_that_does_not_fit_under_the_cap_is_told(tmp_path: Path, two: Services) -> None:
    """exec stops with the check's own exit code, and says why nobody took over."""
    cheap, strong = two([Said("Done.")], [Said("Never asked.")])
    with cheap, strong:
        ran = run(tmp_path, "--verify", "false", "--max-cost", "0.02", "-m", "auto")
    assert (ran.code, ran.result["routing"]["switches"], strong.requests) == (4, [], [])
    assert f"warning: {NOBODY}: {STRONG} does not fit under the cap: its next call could cost $0." in ran.err
    assert "of the cap is left." in ran.err


def test_a_conversation_too_long_for_the_stronger_model_goes_over_as_a_note(tmp_path: Path, two: Services) -> None:
    (tmp_path / "a.txt").write_text(
        "".join(f"line {n} of some text that is as long as lines are in sources\n" for n in range(1_900))
    )
    note = Said("The parser fails on empty lines.")
    small = f'[[models]]\nid = "{STRONG}"\ncontext = 28000\n'
    cheap, strong = two([*steps(2, "I think so."), note], [Said("Mended.")], VALUED, small)
    with cheap, strong:
        ran = run(tmp_path, "--verify", "test -f done")
    (switch,) = ran.result["routing"]["switches"]
    assert switch["reasons"][1].startswith(f"{CHEAP} left a note: $")
    assert switch["gate"]["handoff_usd"] > 0
    assert "The parser fails on empty lines." in json.dumps(strong.requests[0].json["messages"])
    assert len(strong.requests[0].raw) < 40_000


def test_where_there_is_no_stronger_model_the_tool_is_not_offered(tmp_path: Path, home: Path) -> None:
    """Without a key the others cannot be used; a model that asks nevertheless is told so."""
    with Loopback([Said(calls=(ESCALATE,)), Said("Done.")]) as server:
        configure(endpoint_settings(server.endpoint("openai-chat"), models=f'["{CHEAP}"]'))
        ran = run(tmp_path)
    assert (ran.code, ran.result["result"]) == (0, "Done.")
    assert "escalate" not in offered(server)
    assert "There is no tool 'escalate'." in server.requests[1].json["messages"][-1]["content"]


def test_switches_cost_no_more_than_their_share(tmp_path: Path, two: Services) -> None:
    cheap, strong = two([Said("Done.")], [Said("Never asked.")], "[router]\nmax_switch_share = 0.0\n")
    with cheap, strong:
        ran = run(tmp_path, "--verify", "false")
    assert (ran.code, ran.result["routing"]["switches"], strong.requests) == (4, [], [])
    assert f"{NOBODY}: the switch to {STRONG} would cost $0.0" in ran.err
    assert "more than 0% of the task." in ran.err


def offered(server: Loopback) -> set[str]:
    """The names of the tools in the first request."""
    return {tool.get("name") or tool["function"]["name"] for tool in server.requests[0].json["tools"]}


def test_the_person_asks_for_a_stronger_model(tmp_path: Path, two: Services) -> None:
    """/escalate says what it costs and brings; what cannot be used is told in one sentence."""
    unpriced = '[[models]]\nid = "house-large"\nprovider = "house"\ncontext = 200000\n'
    cheap, strong = two([Said("Half of it.")], [Said("All of it.")], "", unpriced)
    with cheap, strong, Loopback([Said("Never asked.")]) as house:
        more = endpoint_settings(house.endpoint("openai-chat"), name="house", models='["house-large"]')
        settings = Path(os.environ["DROIDLITE_HOME"], "config", "config.toml")
        settings.write_text(settings.read_text() + more)
        with Terminal("-m", CHEAP, cwd=tmp_path, columns=200) as terminal:
            terminal.sees("autonomy low")
            terminal.type("fix the failing test\r")
            terminal.sees("Half of it.")
            terminal.type("/escalate house-large\r")
            terminal.sees("No switch: the price of house-large is not known")
            terminal.type("/escalate claude-opus-5-5\r")
            terminal.sees("claude-opus-5-5 cannot be used: no key")
            terminal.type(f"/escalate {CHEAP}\r")
            terminal.sees(f"No switch: {CHEAP} is at work already.")
            terminal.type("/escalate\r")
            terminal.sees("it takes over before the next call")
            terminal.type("go on\r")
            terminal.sees("All of it.")
            terminal.sees("the person asks for a stronger one")
            assert terminal.leaves() == 0
    assert (len(cheap.requests), len(strong.requests), house.requests) == (1, 1, [])
