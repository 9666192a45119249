"""The JSON of the true binary is what `droidlite schema` says, however a run ends; nothing in it is left unsaid."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from binary import Ran, call, configure, droidlite, endpoint_settings, write_script
from jsonschema import Draft202012Validator
from loopback import Asked, Loopback, Said

READ = {"calls": [call("read", file_path="a.py")]}
Ending = Callable[[Path, str], Ran]


def schema(which: str, cwd: Path) -> Draft202012Validator:
    """What `droidlite schema` prints, with keys that it does not name forbidden."""
    printed = json.loads(droidlite("schema", which, cwd=cwd).out)
    Draft202012Validator.check_schema(printed)
    return Draft202012Validator(closed(printed))


def closed(part: Any) -> Any:
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    shut = {"additionalProperties": False} if "properties" in part else {}
    return shut | {key: closed(value) for key, value in part.items()}


@pytest.fixture(scope="session")
def validators(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Draft202012Validator]:
    cwd = tmp_path_factory.mktemp("schema")
    return {which: schema(which, cwd) for which in ("result", "events")}


def scripted(folder: Path, *words: str, replies: list[dict[str, Any]]) -> Ran:
    return droidlite("exec", *words, "go", cwd=folder, env=write_script(folder.parent / "s.jsonl", replies))


def success(folder: Path, form: str) -> Ran:
    edit = call("edit", file_path="a.py", old_string="1", new_string="2")
    todo = call("todo", items=[{"text": "Look.", "status": "completed"}])
    steps = [
        READ | {"thought": "Hm."},
        {"text": "I see.", "calls": [todo, edit, call("shell", command="ls")]},
        {"text": "Done."},
    ]
    words = ("--auto", "medium", "--verify", "grep -q 2 a.py", "-o", form)
    return scripted(folder, *words, replies=steps)


def max_cost(folder: Path, form: str) -> Ran:
    def answer(body: Any, n: int) -> Said:
        final = body.get("tool_choice") == {"type": "none"}
        return Said("Half done.") if final else Said(calls=(Asked("read", {"file_path": "a.py"}),))

    with Loopback(answer) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        words = ("-m", "claude-sonnet-5-5", "--max-cost", "0.08", "--ledger", str(folder.parent / "ledger"))
        return droidlite("exec", *words, "-o", form, "go", cwd=folder)


def max_turns(folder: Path, form: str) -> Ran:
    return scripted(folder, "--max-turns", "1", "-o", form, replies=[READ] * 3)


def verify(folder: Path, form: str) -> Ran:
    return scripted(folder, "--verify", "false", "-o", form, replies=[{"text": "Done, I think."}] * 3)


def timeout(folder: Path, form: str) -> Ran:
    words = ("--auto", "high", "--timeout", "0.3", "-o", form)
    return scripted(folder, *words, replies=[{"calls": [call("shell", command="sleep 60")]}])


def upstream(folder: Path, form: str) -> Ran:
    configure(
        '[[endpoints]]\nname = "dead"\nprotocol = "openai-chat"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'models = ["gpt-*"]\n'
    )
    return droidlite("exec", "-m", "gpt-6.1-sol", "-o", form, "go", cwd=folder)


def policy(folder: Path, form: str) -> Ran:
    rules = folder.parent / "policy.toml"
    rules.write_text('[models]\ndeny = ["*"]\n')
    env = {"DROIDLITE_POLICY": str(rules)}
    return droidlite("exec", "-m", "claude-sonnet-5-5", "-o", form, "go", cwd=folder, env=env)


def wrong_key(folder: Path, form: str) -> Ran:
    with Loopback([Said(fault="status", status=401)]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        return droidlite("exec", "-m", "claude-sonnet-5-5", "-o", form, "go", cwd=folder)


def switched(folder: Path, form: str) -> Ran:
    """auto, whose first model fails its check: a decision with all its numbers, and a switch with its sum."""
    write = Asked("write", {"file_path": "done", "content": "yes\n"})
    with Loopback([Said("Done.")]) as cheap, Loopback([Said(calls=(write,)), Said("Now it is.")]) as strong:
        configure(
            "verify_rounds = 0\n"
            + endpoint_settings(cheap.endpoint("openai-chat"), name="cheap", models='["MiniMax-M3"]')
            + endpoint_settings(strong.endpoint("anthropic"), name="strong", models='["claude-opus-4-8"]')
        )
        words = ("--auto", "low", "--verify", "test -f done", "-o", form)
        return droidlite("exec", *words, "fix the failing check", cwd=folder)


ENDINGS: dict[Ending, tuple[int, str]] = {
    success: (0, "success"),
    switched: (0, "success"),
    max_cost: (3, "error_max_cost"),
    max_turns: (3, "error_max_turns"),
    verify: (4, "error_verify"),
    timeout: (124, "error_timeout"),
    upstream: (75, "error_upstream"),
    policy: (77, "error_policy"),
    wrong_key: (1, "error_during_execution"),
}


@pytest.mark.parametrize("form", ["json", "stream-json"])
@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
def test_every_line_is_what_the_schema_says(
    ending: Ending, form: str, folder: Path, validators: dict[str, Draft202012Validator]
) -> None:
    (folder / "a.py").write_text("x = 1\n")
    ran = ending(folder, form)
    assert (ran.code, ran.result["subtype"]) == ENDINGS[ending], ran.err
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert form == "stream-json" or len(lines) == 1
    validators["result"].validate(lines[-1])
    for line in lines:
        validators["events"].validate(line)


@pytest.mark.parametrize("broken", [{"subtype": "error"}, {"usage": None}, {"more": 1}], ids=str)
def test_what_is_not_a_result_is_told(broken: dict[str, Any], validators: dict[str, Draft202012Validator]) -> None:
    usage = dict.fromkeys(("input", "output", "cache_read", "cache_write"), 0)
    whole = {"type": "result", "subtype": "success", "is_error": False, "result": "", "session_id": "s", "usage": usage}
    whole |= {"num_turns": 1, "duration_ms": 1, "duration_api_ms": 1, "total_cost_usd": 0.0, "model_usage": {}}
    routing = {"model": "m", "endpoint": "e", "strategy": "auto", "reasons": [], "runners_up": [], "switches": []}
    whole |= {
        "routing": routing,
        "counterfactual": None,
        "permission_denials": [],
        "verify": None,
        "ledger": None,
        "trust": None,
    }
    whole |= {"stopped": "", "exit_code": 0}
    assert validators["result"].is_valid(whole)
    assert not validators["result"].is_valid(whole | broken)
    assert not validators["events"].is_valid(whole | broken)


def test_another_schema_is_a_usage_error(tmp_path: Path) -> None:
    ran = droidlite("schema", "settings", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "'settings' is not one of 'result', 'events'" in ran.err
