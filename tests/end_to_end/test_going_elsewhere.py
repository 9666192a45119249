"""Failover through the true binary: one calm line for the person, every attempt in the events and the journal."""

import json
from pathlib import Path

import pytest
from binary import configure, droidlite, endpoint_settings
from loopback import Loopback, Said

FINE = Said("Done.", usage={"input": 50, "output": 5})
QUOTA = Said(
    fault="status", status=429, body={"error": {"type": "insufficient_quota", "message": "You exceeded your quota."}}
)
MODELS = '["claude-sonnet-5-5"]'


def test_another_endpoint_goes_on(tmp_path: Path) -> None:
    with Loopback([QUOTA]) as one, Loopback([FINE]) as other:
        configure(
            endpoint_settings(one.endpoint("anthropic"), name="one", models=MODELS)
            + endpoint_settings(other.endpoint("anthropic"), name="other", models=MODELS)
        )
        text = droidlite("exec", "-m", "claude-sonnet-5-5", "x", cwd=tmp_path)
        assert (text.code, text.out) == (0, "Done.\n")
        (line,) = [line for line in text.err.splitlines() if "failed" in line]
        assert line == (
            "attempt 1 failed (quota): Endpoint one (127.0.0.1) says the account is out of credit or quota; add "
            "credit, or use another endpoint or model. It said: You exceeded your quota. Going on by other."
        )
        again = droidlite("exec", "-m", "claude-sonnet-5-5", "-o", "stream-json", "x", cwd=tmp_path)
        assert (again.code, len(one.requests), len(other.requests)) == (0, 1, 2), "the next process knows"
        assert "attempt_failed" not in [json.loads(line)["type"] for line in again.out.splitlines()]


def test_an_endpoint_of_the_wrong_protocol(tmp_path: Path) -> None:
    with Loopback([FINE]) as server:
        url = f"http://127.0.0.1:{server.port}/anthropic"
        configure(
            f'[[endpoints]]\nname = "odd"\nprotocol = "openai-chat"\nbase_url = "{url}"\napi_key = "k"\n'
            f"models = {MODELS}\n"
        )
        ran = droidlite("exec", "-m", "claude-sonnet-5-5", "-o", "json", "x", cwd=tmp_path)
        assert (ran.code, len(server.requests)) == (1, 1)
    assert ran.result["result"] == (
        "Endpoint odd (127.0.0.1) has nothing there that speaks openai-chat (HTTP 404); check the endpoint's base_url "
        "and protocol. It said: no such path: /anthropic/chat/completions"
    )


@pytest.mark.parametrize("script_first", [True, False])
def test_the_label_follows_who_answers(script_first: bool, tmp_path: Path) -> None:
    """A script that fails is followed by a service, and a service by a script."""
    script = tmp_path / "script.jsonl"
    script.write_text('{"faults": ["quota"], "text": "By rote."}\n' if script_first else '{"text": "By rote."}\n')
    with Loopback([FINE if script_first else QUOTA]) as server:
        named = f'[[endpoints]]\nname = "rote"\nprotocol = "scripted"\nbase_url = "{script}"\nmodels = {MODELS}\n'
        served = endpoint_settings(server.endpoint("anthropic"), name="one", models=MODELS)
        configure(named + served if script_first else served + named)
        ran = droidlite("exec", "-m", "claude-sonnet-5-5", "-o", "stream-json", "x", cwd=tmp_path)
        (reply,) = [each for each in map(json.loads, ran.out.splitlines()) if each["type"] == "reply_finished"]
        assert (ran.code, reply["text"], reply["scripted"]) == (
            (0, "Done.", False) if script_first else (0, "By rote.", True)
        )
        assert "SCRIPTED: a script answers, not a model" in ran.err.splitlines()
        assert ran.err.splitlines()[-1].startswith("SCRIPTED · ") != script_first
    told = json.loads(droidlite("stats", "--json", cwd=tmp_path).out)
    assert (told["calls"], told["scripted_sessions"]) == ((1, 0) if script_first else (0, 1))
