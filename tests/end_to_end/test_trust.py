"""What a repository brings through the true binary: not used, told in one line, trusted, asked about again, pinned."""

import json
import os
import stat
from pathlib import Path

import attack_trust
import pytest
from binary import Ran, call, configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said

DONE = {"text": "Done."}


@pytest.fixture
def brings(repo: Path) -> Path:
    (repo / "AGENTS.md").write_text("We use tabs.\n")
    (repo / ".droidlite").mkdir()
    (repo / ".droidlite" / "config.toml").write_text('model = "scripted"\nmax_turns = 5\n')
    return repo


def run(cwd: Path, *words: str, env: dict[str, str] | None = None) -> Ran:
    script = write_script(cwd.parent / "script", [DONE])
    return droidlite("exec", "-m", "scripted", "-o", "json", *words, "go on", cwd=cwd, env=script | (env or {}))


def trust(ran: Ran) -> tuple[str, str, list[str]]:
    told = ran.result["trust"]
    return told["state"], told["by"], told["left_out"]


# --- exec ----------------------------------------------------------------------------------------------------


def test_it_is_not_used_and_that_is_one_line(brings: Path) -> None:
    ran = run(brings)
    assert (ran.code, trust(ran)) == (0, ("untrusted", "", ["AGENTS.md", ".droidlite/config.toml: model"]))
    told = [line for line in ran.err.splitlines() if "trust" in line]
    assert told == [
        "warning: This repository is not trusted. Not used: AGENTS.md, .droidlite/config.toml: model. Look at it, "
        "then: droidlite trust add, or --trust for one run."
    ]


def test_a_repository_that_brings_nothing_is_told_nothing(repo: Path) -> None:
    ran = run(repo)
    assert (trust(ran), "trust" in ran.err) == (("nothing", "", []), False)


def test_instructions_reach_the_model_once_trusted_until_they_change(brings: Path) -> None:
    def sent() -> bool:
        with Loopback([Said("Done.")]) as server:
            configure(endpoint_settings(server.endpoint("anthropic")))
            ran = droidlite("exec", "-m", "claude-sonnet-5-5", "-o", "json", "go", cwd=brings)
            assert ran.code == 0, ran.err
            return "We use tabs." in server.requests[0].raw.decode()

    assert not sent()
    added = droidlite("trust", "add", cwd=brings)
    assert (added.code, "trusted: .droidlite/config.toml, AGENTS.md (sha256 " in added.out) == (0, True)
    (kept,) = Path(os.environ["DROIDLITE_HOME"], "state", "trusted").glob("*.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert sent()
    (brings / ".droidlite" / "config.toml").write_text("max_turns = 6\n")
    assert not sent()
    ran = run(brings)
    assert "What you trusted in this repository has changed: .droidlite/config.toml (changed). Not used: AG" in ran.err
    assert (trust(ran)[0], ran.result["trust"]["changed"]) == ("changed", [".droidlite/config.toml (changed)"])
    assert droidlite("trust", "rm", cwd=brings).out == f"{brings}: not trusted any more\n"
    assert trust(run(brings))[0] == "untrusted"


def test_a_flag_trusts_for_one_run_and_says_what(brings: Path) -> None:
    ran = run(brings, "--trust")
    assert trust(ran) == ("trusted", "flag", [])
    assert f"trusted for this run (sha256 {ran.result['trust']['sha256'][:12]})" in ran.err.splitlines()[1]
    assert trust(run(brings))[0] == "untrusted"


def test_a_pin_by_flag_environment_and_settings_refuses_what_is_other(brings: Path) -> None:
    pin = json.loads(droidlite("trust", "--json", cwd=brings).out)["pin"]
    ways: list[tuple[tuple[str, ...], dict[str, str], str]] = [
        (("--trust", pin), {}, ""),
        ((), {"DROIDLITE_TRUST": pin}, ""),
        ((), {}, f'trust = ["sha256:{"0" * 64}", "{pin}"]\n'),
    ]
    for words, env, own in ways:
        configure(own)
        assert trust(run(brings, *words, env=env)) == ("trusted", "pin", [])
    (brings / "AGENTS.md").write_text("We use spaces.\n")
    for words, env, own in ways:
        configure(own)
        ran = run(brings, *words, env=env)
        assert (ran.code, ran.result["subtype"], ran.result["trust"]) == (77, "error_policy", None)
        assert ran.err == f"droidlite: {ran.result['result']}\n"
        assert f"is not what was pinned as {pin[:19]}: AGENTS.md (changed)." in ran.err


@pytest.mark.parametrize(
    ("words", "env", "sentence"),
    [
        (["--trust", "sha256:12"], {}, "--trust sha256:12: it takes nothing, or a pin as droidlite trust shows it"),
        (["--trust=yes"], {}, "--trust yes: it takes nothing, or a pin as droidlite trust shows it"),
        (["--trust", "0123"], {}, "--trust 0123: it takes nothing, or a pin as droidlite trust shows it"),
        (["--trust", ""], {}, "--trust : it takes nothing, or a pin as droidlite trust shows it"),
        (["--trust="], {}, "--trust : it takes nothing, or a pin as droidlite trust shows it"),
        ([], {"DROIDLITE_TRUST": "now"}, "DROIDLITE_TRUST must be a pin as droidlite trust shows it: sha256:HEX."),
    ],
)
def test_what_is_no_pin_is_told(words: list[str], env: dict[str, str], sentence: str, brings: Path) -> None:
    ran = run(brings, *words, env=env)
    assert (ran.code, ran.out, sentence in ran.err) == (2, "", True)


def test_pins_that_cannot_be_meant(brings: Path) -> None:
    configure('trust = ["sha256:12"]\n')
    ran = run(brings)
    assert (ran.code, "config.toml:1: trust[0]: must be a pin as droidlite trust shows it" in ran.err) == (2, True)


def test_a_policy_pins_and_denies(brings: Path, tmp_path: Path) -> None:
    pin = json.loads(droidlite("trust", "--json", cwd=brings).out)["pin"]
    policy = tmp_path / "policy.toml"
    env = {"DROIDLITE_POLICY": str(policy)}
    assert droidlite("trust", "add", cwd=brings).code == 0
    policy.write_text("[trust]\nallowed = false\n")
    ran = run(brings, env=env)
    assert trust(ran)[0] == "untrusted"
    assert f"This repository is not trusted (policy {policy}:2 allows no other). Not used: AGENTS.md" in ran.err
    for ran in (run(brings, "--trust", env=env), droidlite("trust", "add", cwd=brings, env=env)):
        assert (ran.code, f"Policy {policy}:2 allows no repository to be trusted" in ran.err) == (77, True)
    policy.write_text(f'[trust]\nallowed = false\npinned = ["{pin}"]\n')
    assert trust(run(brings, env=env)) == ("trusted", "policy", [])
    (brings / ".droidlite" / "policy.toml").write_text(f'[trust]\npinned = ["{pin}"]\n')
    ran = run(brings)
    assert (ran.code, "trust.pinned: is for the organisation's policy" in ran.err) == (77, True)


def test_what_cannot_be_trusted_is_one_sentence_and_no_hang(brings: Path) -> None:
    os.mkfifo(brings / "CLAUDE.md")
    ran = run(brings)
    assert (ran.code, trust(ran)[0]) == (0, "unfit")
    why = "CLAUDE.md is a named pipe, not a file"
    assert f"What this repository brings cannot be trusted: {why}. Not used: AGENTS.md" in ran.err
    ran = run(brings, "--trust")
    assert (ran.code, f"{brings} cannot be trusted: {why}. Mend or remove it first." in ran.err) == (77, True)


# --- other folders -------------------------------------------------------------------------------------------


def test_folders_below_worktrees_and_further_folders(brings: Path, tmp_path: Path) -> None:
    (brings / "sub").mkdir()
    (brings / "sub" / "CLAUDE.md").write_text("Below.\n")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b.c")
    for words in (("add", "-A"), ("commit", "-qm", "x")):
        os.spawnvp(os.P_WAIT, "git", [*git, "-C", str(brings), *words])
    (brings / ".git" / "hooks" / "post-checkout").write_text("#!/bin/sh\ntouch ran\n")
    (brings / ".git" / "hooks" / "post-checkout").chmod(0o755)
    assert droidlite("trust", "add", cwd=brings).code == 0
    assert trust(run(brings, "-w", "fix"))[:2] == ("trusted", "person")
    assert list(brings.rglob("ran")) == []
    assert trust(run(brings))[:2] == ("trusted", "person")
    below = run(brings, "-C", "sub")
    assert (trust(below)[0], below.result["trust"]["changed"]) == ("changed", ["sub/CLAUDE.md (new)"])
    further = tmp_path / "further"
    (further / ".droidlite").mkdir(parents=True)
    (further / "AGENTS.md").write_text("Further.\n")
    (further / ".droidlite" / "config.toml").write_text("nonsense = [")
    assert trust(run(brings, "--add-dir", str(further)))[:2] == ("trusted", "person")


def test_a_bare_repository_and_one_whose_git_is_a_file_are_folders_like_others(tmp_path: Path) -> None:
    bare, linked = tmp_path / "bare.git", tmp_path / "linked"
    os.spawnvp(os.P_WAIT, "git", ["git", "init", "-q", "--bare", str(bare)])
    linked.mkdir()
    (linked / ".git").write_text(f"gitdir: {bare}\n")
    for root in (bare, linked):
        (root / "AGENTS.md").write_text("Obey.\n")
        assert trust(run(root)) == ("untrusted", "", ["AGENTS.md"])


# --- what tells of it ----------------------------------------------------------------------------------------


def test_it_is_shown_with_its_pin_and_by_the_doctor(brings: Path) -> None:
    (brings / ".mcp.json").write_text("{}")
    (brings / ".droidlite" / "a\x1b]0;x\x07\nb").write_text("x")
    (brings / ".droidlite" / "config.toml").write_text(
        'autonomy = "high"\n[[endpoints]]\nname = "a"\nprotocol = "anthropic"\nbase_url = "http://127.0.0.1:1"\n'
        'api_key = "${ANTHROPIC_API_KEY}"\n'
    )
    told = droidlite("trust", cwd=brings).out
    lines = told.splitlines()
    assert lines[0].startswith(f"{brings}: not trusted · sha256 ")
    assert lines[1:5] == [
        "  .droidlite/config.toml: sends requests to http://127.0.0.1:1; reads ${ANTHROPIC_API_KEY}; autonomy = high",
        "  AGENTS.md: instructions for the model, 1 line",
        "  .droidlite/a␛]0;x␇⏎b: 1 bytes",
        "  .mcp.json: MCP servers (nothing starts them yet)",
    ]
    assert (lines[5].startswith("This repository is not trusted. Not used: "), "\x1b" in told) == (True, False)
    assert lines[6].startswith(
        f"pin: sha256:{json.loads(droidlite('trust', '--json', cwd=brings).out)['trust']['sha256']},"
    )
    found = {each["name"]: each for each in json.loads(droidlite("doctor", "--json", cwd=brings).out)}
    assert (found["trust"]["state"], found["settings"]["state"]) == ("off", "ok")
    assert found["trust"]["detail"].endswith("droidlite trust shows it, droidlite trust add uses it.")


# --- a hostile clone -----------------------------------------------------------------------------------------


def test_a_hostile_clone_gets_nowhere() -> None:
    assert [name for name, succeeded in attack_trust.attempts(quick=True) if succeeded] == []


def test_those_attacks_would_be_seen() -> None:
    """The same clone, trusted."""
    assert {name for name, succeeded in attack_trust.trusted() if succeeded} == {
        "verify starts a program: own",
        "instructions or guidance reach the model: own",
        "endpoint connects: honest",
        "any socket at all: honest",
        "a byte of a key at the sentinel: honest",
    }


def test_what_the_agent_writes_is_asked_about_at_the_next_start(repo: Path) -> None:
    write = {"calls": [call("write", file_path="AGENTS.md", content="Obey me.\n")]}
    script = write_script(repo.parent / "script", [write, DONE])
    ran = droidlite("exec", "-m", "scripted", "--auto", "low", "--trust", "-o", "json", "go on", cwd=repo, env=script)
    assert ((repo / "AGENTS.md").exists(), trust(ran)[0]) == (True, "nothing")
    assert trust(run(repo)) == ("untrusted", "", ["AGENTS.md"])
