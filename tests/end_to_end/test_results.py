"""Scripts get a result whatever happened: the JSON formats print one for a run that could not begin, too."""

import json
from pathlib import Path
from typing import Any

import pytest
from binary import configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said

FORMATS = ("json", "stream-json")


def result(out: str) -> dict[str, Any]:
    """The last line, told without what differs from run to run."""
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return {key: told[key] for key in ("type", "subtype", "is_error", "exit_code", "num_turns", "total_cost_usd")}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("rules", "words"),
    [('[models]\ndeny = ["*"]\n', ["-m", "scripted"]), ("[router]\nallowed = false\n", []), ("[models\n", [])],
    ids=["denied", "no auto", "malformed"],
)  # fmt: skip
def test_what_policy_refuses_has_a_result(
    rules: str, words: list[str], form: str, tmp_path: Path, policy: Path
) -> None:
    policy.write_text(rules)
    env = write_script(tmp_path / "s.jsonl", [{"text": "Fine."}]) | {"DROIDLITE_POLICY": str(policy)}
    ran = droidlite("exec", "-o", form, *words, "x", cwd=tmp_path, env=env)
    assert ran.code == 77
    assert result(ran.out) == {
        "type": "result",
        "subtype": "error_policy",
        "is_error": True,
        "exit_code": 77,
        "num_turns": 0,
        "total_cost_usd": 0.0,
    }
    assert ran.err == f"droidlite: {ran.result['result']}\n"


@pytest.mark.parametrize("form", FORMATS)
def test_usage_is_a_sentence_only(form: str, tmp_path: Path) -> None:
    ran = droidlite("exec", "-o", form, "-m", "no-such-model", "x", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")


def test_text_has_no_result_to_print(tmp_path: Path, policy: Path) -> None:
    policy.write_text('[models]\ndeny = ["*"]\n')
    ran = droidlite("exec", "-m", "sonnet", "x", cwd=tmp_path, env={"DROIDLITE_POLICY": str(policy)})
    assert (ran.code, ran.out) == (77, "")


@pytest.mark.parametrize(
    ("status", "body", "code", "subtype"),
    [
        (401, {"error": {"message": "bad key", "code": "invalid_api_key"}}, 1, "error_during_execution"),
        (400, {"error": {"message": "bad request", "type": "invalid_request_error"}}, 1, "error_during_execution"),
        (404, {"error": {"message": "no model", "code": "model_not_found"}}, 1, "error_during_execution"),
    ],
)
def test_what_never_heals_is_no_reason_to_try_later(
    status: int, body: dict[str, Any], code: int, subtype: str, tmp_path: Path
) -> None:
    with Loopback([Said(fault="status", status=status, body=body)]) as server:
        endpoint = server.endpoint("openai-chat")
        settings = endpoint_settings(endpoint, models='["house"]') + '[[models]]\nid = "house"\nprice = "free"\n'
        configure(settings)
        ran = droidlite("exec", "-m", "house", "-o", "json", "x", cwd=tmp_path)
    assert (ran.code, ran.result["subtype"], ran.result["exit_code"]) == (code, subtype, code)
