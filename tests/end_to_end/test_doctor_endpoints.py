"""doctor tells how the endpoints do and, where it is asked to, tries them."""

import json
import subprocess
import time
from pathlib import Path

import pytest
from binary import BINARY, configure, droidlite, endpoint_settings
from loopback import Loopback, Said

from droidlite import doctor
from droidlite.app.probing import Probe, probe_all
from droidlite.app.setup import read_setup

LIMITS = (
    ("anthropic-ratelimit-requests-limit", "50"),
    ("anthropic-ratelimit-requests-remaining", "49"),
    ("anthropic-ratelimit-tokens-limit", "40000"),
    ("anthropic-ratelimit-tokens-remaining", "39000"),
)
FINE = Said("ok", usage={"input": 10, "output": 2}, headers=LIMITS)
REFUSED = Said(fault="status", status=401, body={"error": {"type": "authentication_error", "message": "Bad key."}})


def findings(folder: Path, *words: str) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    ran = droidlite("doctor", "--json", *words, cwd=folder)
    found: dict[str, list[tuple[str, str]]] = {}
    for each in json.loads(ran.out):
        found.setdefault(each["name"], []).append((each["state"], each["detail"]))
    return ran.code, found


def test_a_probe_of_each_key_and_what_the_next_doctor_knows_of_it(tmp_path: Path) -> None:
    with Loopback([FINE]) as good, Loopback([REFUSED]) as bad:
        configure(
            endpoint_settings(good.endpoint("anthropic"), name="good", models='["claude-*"]')
            + 'api_keys = ["key-number-two"]\n'
            + endpoint_settings(bad.endpoint("anthropic"), name="bad", models='["claude-haiku-*"]')
        )
        code, found = findings(tmp_path, "--probe")
        assert (code, len(good.requests), len(bad.requests)) == (0, 2, 1)
        assert good.requests[0].json["model"].startswith("claude-haiku")
        one, two, three = found["probe"]
        assert [each[0] for each in (one, two, three)] == ["ok", "ok", "off"]
        assert two[1].startswith("good key 2: claude-haiku")
        assert three[1].startswith("bad: claude-haiku")
        assert "refused the API key (HTTP 401)" in three[1]
        (cost,) = found["probes"]
        assert cost[1].startswith("one tiny request each, $0.0000")
        _, found = findings(tmp_path)
        assert (len(good.requests), len(bad.requests)) == (2, 1), "without --probe nothing is sent"
    first, _, refused = [each for each in found["endpoint"] if each[1].startswith(("good", "bad"))]
    assert first[0] == "ok"
    assert "49 of 50 requests, 39k of 40k tokens left just now" in first[1]
    assert (refused[0], "refused the key or is out of credit · failed just now: Endpoint bad" in refused[1]) == (
        "off",
        True,
    )
    assert "test-key" not in str(found)


def test_a_silent_service_holds_up_neither_the_findings_nor_the_others(tmp_path: Path) -> None:
    with Loopback([Said(fault="stall_first")]) as silent, Loopback([FINE]) as good:
        configure(
            endpoint_settings(silent.endpoint("openai-chat"), name="silent", models='["gpt-6-luna"]')
            + endpoint_settings(good.endpoint("anthropic"), name="good", models='["claude-haiku-*"]')
        )
        with subprocess.Popen((*BINARY, "doctor", "--probe"), cwd=tmp_path, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, b"")
            told = next(line for line in lines if b"probing" in line)
            while not good.requests:
                time.sleep(0.01)
            process.kill()
        assert told == b"ok  probing    every way to a service at once, for 15 s at most\n"
        configure(endpoint_settings(silent.endpoint("openai-chat"), name="silent", models='["gpt-6-luna"]'))
        silence = Probe("silent: gpt-6-luna: no answer within 0.1 s", False)
        assert probe_all(read_setup(tmp_path), seconds=0.1) == [silence]


def test_where_none_answers(tmp_path: Path) -> None:
    configure(
        '[[endpoints]]\nname = "dead"\nprotocol = "anthropic"\nbase_url = "http://127.0.0.1:9"\napi_key = "k"\n'
        '[[endpoints]]\nname = "odd"\nprotocol = "openai-chat"\nbase_url = "http://127.0.0.1:9/v1"\napi_key = "k"\n'
    )
    code, found = findings(tmp_path, "--probe")
    assert code == 1
    dead, odd = found["probe"]
    assert (dead[0], "cannot be reached (Connection refused); check the network" in dead[1]) == ("problem", True)
    assert odd == ("problem", "odd: no known model may be asked there; see droidlite models")


def test_a_cloud_and_a_model_that_cannot_take_over(tmp_path: Path) -> None:
    configure(
        '[router]\nfallback = ["claude-sonet-5-5"]\n[[endpoints]]\nname = "cloud"\nprotocol = "anthropic"\n'
        'kind = "vertex"\nregion = "europe-west1"\napi_key = "token"\n'
    )
    _, found = findings(tmp_path)
    assert ("ok", "cloud (anthropic): vertex in europe-west1") in found["endpoint"]
    ((state, told),) = found["fallback"]
    assert (state, told.startswith("claude-sonet-5-5 will never take over: ")) == ("off", True)


@pytest.mark.parametrize("file", ["home", "home/state/sessions"])
def test_a_file_where_sessions_should_be_kept_is_a_problem(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("")
    monkeypatch.setenv("DROIDLITE_HOME", str(tmp_path / "home"))
    (found,) = [each for each in doctor.findings(tmp_path) if each.name == "sessions"]
    told = f"{tmp_path / file} is no folder, so sessions are not kept; move it away, or set DROIDLITE_HOME"
    assert (found.state, found.detail) == ("problem", told)
