"""Policy and its rules through the true binary: check, show, the cases, and that a session heeds every layer."""

import json
import os
from pathlib import Path

import pytest
from binary import configure, droidlite, write_script

ORG = """[router]
max_mode = "balanced"
[models]
deny = ["*-preview"]
[[rules]]
name = "payments need a frontier model"
paths = ["services/payments/**"]
when = { mode = "headless" }
require = ["tier:frontier"]
guidance = "Ledger code."
"""
CASES = """[[cases]]
name = "payments"
files = ["services/payments/A.java"]
mode = "headless"
expect = { tier = "frontier", rule = "payments need a frontier model", not = ["tier:small"] }
[[cases]]
name = "only small ones here"
files = ["services/payments/A.java"]
mode = "headless"
models = ["gpt-6-luna"]
expect = { refused = true }
"""


@pytest.fixture
def folder(folder: Path) -> Path:
    (folder / ".droidlite").mkdir()
    return folder


@pytest.fixture
def org(tmp_path: Path) -> dict[str, str]:
    """The environment with an organisation's policy."""
    (tmp_path / "org.toml").write_text(ORG)
    return {"DROIDLITE_POLICY": str(tmp_path / "org.toml")}


def own(text: str) -> Path:
    """Writes the person's policy."""
    path = Path(os.environ["DROIDLITE_HOME"]) / "config" / "policy.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_check_of_a_sound_policy(folder: Path, org: dict[str, str]) -> None:
    ran = droidlite("policy", "check", cwd=folder, env=org)
    assert (ran.code, ran.out, ran.err) == (0, "OK: 1 policy file, 1 rule.\n", "")


def test_check_tells_every_problem_of_every_layer(folder: Path, org: dict[str, str]) -> None:
    project = folder / ".droidlite" / "policy.toml"
    project.write_text('[[rules]]\nname = "a"\npaths = ["nowhere/**"]\nprefer = ["claude-opsu-5-5"]\n')
    user = own("[router]\nmax_mode = 3\n")
    ran = droidlite("policy", "check", cwd=folder, env=org)
    assert ran.code == 77
    assert ran.out.splitlines() == [
        f"error    {user}:2: router.max_mode: expected a string, got a whole number",
        f'warning  {project}:4: rules[0].prefer: "claude-opsu-5-5" is no known model; nearest: claude-opus-5-5',
        f'warning  {project}:3: rules[0].paths: rule "a" matches no file of this repository',
        "Not OK: 3 policy files, 2 rules, 1 error.",
    ]
    as_json = droidlite("policy", "check", "--json", cwd=folder, env=org)
    assert as_json.code == 77
    told = json.loads(as_json.out)
    assert (told["ok"], told["files"]) == (False, [org["DROIDLITE_POLICY"], str(project), str(user)])
    assert told["problems"][0] == {
        "level": "error",
        "where": f"{user}:2",
        "key": "router.max_mode",
        "problem": "expected a string, got a whole number",
    }


def test_a_script_is_no_model_that_check_counts(folder: Path) -> None:
    user = own('[models]\nallow = ["scripted"]\n')
    ran = droidlite("policy", "check", cwd=folder)
    assert ran.code == 77
    assert f"error    {user}:2: models.allow: allows no model: " in ran.out


def test_show_says_where_everything_comes_from(folder: Path, org: dict[str, str]) -> None:
    file = org["DROIDLITE_POLICY"]
    user = own('[router]\nmax_mode = "quality"\n[budget]\nmax_cost_usd = 2\n')
    ran = droidlite("policy", "show", cwd=folder, env=org)
    assert (ran.code, ran.err) == (0, "")
    assert [line.split() for line in ran.out.splitlines()] == [
        ["router.allowed", "true", "default"],
        ["router.max_mode", "balanced", "org", f"{file}:2"],
        ["router.judge", "true", "default"],
        ["router.fallback_stronger", "true", "default"],
        ["router.fallback", "(empty)", "default"],
        ["budget.max_cost_usd", "2.0", "user", f"{user}:4"],
        ["autonomy.max", "high", "default"],
        ["secrets.redact", "false", "default"],
        ["trust.allowed", "true", "default"],
        ["trust.pinned", "(empty)", "default"],
        ["models.deny", "*-preview", "org", f"{file}:4"],
        ["rule", '"payments', "need", "a", "frontier", 'model"', "org", f"{file}:5"],
        ["paths", "services/payments/**"],
        ["when", "mode", "=", "headless"],
        ["require", "tier:frontier"],
        ["guidance", "Ledger", "code."],
    ]
    told = json.loads(droidlite("policy", "--json", cwd=folder, env=org).out)
    assert told["files"] == [file, str(user)]
    assert {"key": "router.max_mode", "value": "balanced", "layer": "org", "where": f"{file}:2"} in told["values"]
    assert [(rule["name"], rule["layer"], rule["where"], rule["require"]) for rule in told["rules"]] == [
        ("payments need a frontier model", "org", f"{file}:5", ["tier:frontier"])
    ]


@pytest.mark.parametrize("words", [("policy", "show"), ("exec", "x"), ("router", "test"), ("models",)])
def test_a_malformed_project_policy_fails_closed(words: tuple[str, ...], folder: Path) -> None:
    project = folder / ".droidlite" / "policy.toml"
    project.write_text('[[rules]]\nname = "a"\ntasks = ["fixx"]\n')
    ran = droidlite(*words, cwd=folder)
    assert (ran.code, ran.out, ran.err) == (
        77,
        "",
        "droidlite: Nothing runs while the policy cannot be read. "
        f'{project}:3: rules[0].tasks: "fixx" is no kind of task; did you mean "fix"?\n',
    )


def test_a_projects_policy_denies_a_model_the_organisation_allows(folder: Path, org: dict[str, str]) -> None:
    project = folder / ".droidlite" / "policy.toml"
    project.write_text('[models]\nallow = ["gpt-*"]\n')
    ran = droidlite("exec", "-m", "sonnet", "x", cwd=folder, env=org | {"ANTHROPIC_API_KEY": "test-key-123456"})
    assert (ran.code, ran.out) == (77, "")
    assert f"not on the list of policy {project}:2 (models.allow)" in ran.err


def test_a_projects_policy_cannot_raise_the_persons_cap(folder: Path, tmp_path: Path) -> None:
    user = own("[budget]\nmax_cost_usd = 0.5\n")
    (folder / ".droidlite" / "policy.toml").write_text("[budget]\nmax_cost_usd = 50\n")
    env = write_script(tmp_path / "s.jsonl", [{"text": "Fine."}])
    ran = droidlite("exec", "--max-cost", "9", "x", cwd=folder, env=env)
    assert ran.code == 0
    assert f"max_cost_usd is lowered from $9 to $0.5 by policy {user}:2." in ran.err


def test_an_endpoint_may_be_denied_by_name(folder: Path, org: dict[str, str]) -> None:
    file = own('[endpoints]\ndeny = ["anthr*"]\n')
    ran = droidlite("exec", "-m", "sonnet", "x", cwd=folder, env=org | {"ANTHROPIC_API_KEY": "test-key-123456"})
    assert (ran.code, ran.out) == (77, "")
    assert f'endpoint "anthropic" is denied by policy {file}:2 ("anthr*")' in ran.err


KEYS = {"ANTHROPIC_API_KEY": "test-key-123456", "OPENAI_API_KEY": "test-key-123456"}


def test_auto_heeds_the_rules_and_says_which_and_a_trusted_projects_preference(folder: Path) -> None:
    project = folder / ".droidlite" / "policy.toml"
    project.write_text('[[rules]]\nname = "house"\nforbid = ["claude-*"]\nprefer = ["gpt-6-luna"]\n')
    told = json.loads(droidlite("route", "Fix it.", "--json", cwd=folder, env=KEYS).out)
    forbidden = f'rule "house" ({project}:1) forbids it ("claude-*")'
    assert (told["model"] != "gpt-6-luna", told["rejected"]["claude-opus-5-5"]) == (True, forbidden)
    assert droidlite("trust", "add", cwd=folder).code == 0
    told = json.loads(droidlite("route", "Fix it.", "--json", cwd=folder, env=KEYS).out)
    assert (told["model"], told["rule"]) == ("gpt-6-luna", f"house ({project}:1)")
    assert told["rejected"]["claude-opus-5-5"] == forbidden
    assert f'Rule "house" ({project}:1) forbids claude-*; prefers gpt-6-luna.' in told["reasons"]


def test_rules_that_leave_nobody_refuse(folder: Path) -> None:
    project = folder / ".droidlite" / "policy.toml"
    project.write_text('[[rules]]\nname = "open"\nwhen = { mode = "headless" }\nrequire = ["glm-*"]\n')
    ran = droidlite("exec", "Fix it.", cwd=folder, env=KEYS)
    assert (ran.code, ran.out) == (77, "")
    assert f'The rules leave no model for this task: rule "open" ({project}:1) requires glm-*. Without ' in ran.err
    listed = droidlite("models", "--json", cwd=folder, env=KEYS)
    assert listed.code == 0
    assert json.loads(listed.out)["why_not_auto"].startswith("The rules leave no model for this task: ")


def test_cases_that_hold_need_no_key(folder: Path, org: dict[str, str]) -> None:
    (folder / ".droidlite" / "cases.toml").write_text(CASES)
    (folder / "deeper").mkdir()
    ran = droidlite("router", "test", cwd=folder / "deeper", env=org)
    assert (ran.code, ran.err) == (0, "")
    first, second, last = ran.out.splitlines()
    assert first.startswith("ok    payments: ")
    assert first.endswith(f", by payments need a frontier model ({org['DROIDLITE_POLICY']}:5)")
    assert (second, last) == ("ok    only small ones here: refused", "2 of 2 cases hold.")


def test_a_case_that_is_missed_fails_the_check(folder: Path) -> None:
    (folder / "cases.toml").write_text(CASES)
    ran = droidlite("router", "test", "cases.toml", cwd=folder)
    assert ran.code == 1
    assert ran.out.startswith(
        "MISS  payments (cases.toml:1): "
        'no rule is called "payments need a frontier model"; "tier:small" must not be left, but '
    )
    assert ran.out.endswith("0 of 2 cases hold.\n")
    told = json.loads(droidlite("router", "test", "cases.toml", "--json", cwd=folder).out)
    assert (told["ok"], [case["name"] for case in told["cases"]]) == (False, ["payments", "only small ones here"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["router", "test"], ".droidlite/cases.toml: is not there; write [[cases]] into it or name another file"),
        (["router", "test", "bad.toml"], 'bad.toml:2: cases[0].nmae: unknown key; did you mean "name"?'),
        (["router", "test", "."], ": is not a file; "),
        (["router"], "droidlite router needs one of its commands"),
        (["router", "tset"], "No such command 'tset'."),
        (["policy", "chekc"], "'chekc' is not one of 'check', 'show'."),
        (["polcy"], "did you mean `droidlite policy`?"),
    ],
)
def test_usage(words: list[str], said: str, folder: Path) -> None:
    (folder / "bad.toml").write_text('[[cases]]\nnmae = "a"\n')
    ran = droidlite(*words, cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    (line,) = ran.err.splitlines()
    assert said in line


def test_settings_that_cannot_be_read_are_told_before_the_check(folder: Path) -> None:
    configure("model = \n")
    ran = droidlite("policy", "check", cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    assert "config.toml:1" in ran.err
