"""Secrets through the true binary: where keys may come from, who sees what of them, and whose the files are."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attack_secrets
import pytest
from attack_injection import works
from binary import call, configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said
from terminal import Terminal

KEY = "ghp_canaryCANARY0123456789canaryCANARY01"
SHOWN = "[secret redacted: GitHub token]"
LOOK = [{"calls": [call("shell", command="cat keys; cat keys")]}, {"text": "Done."}]


@pytest.mark.skipif(not works(), reason="no sandbox works on this machine")
def test_no_key_that_a_session_meets_is_found_afterwards() -> None:
    tried = list(attack_secrets.attempts(quick=True))
    assert len(tried) > 150
    assert [name for name, succeeded in tried if succeeded] == []


@pytest.fixture
def keys(repo: Path) -> Path:
    (repo / "keys").write_text(f"{KEY}\n")
    return repo


def result(out: str) -> tuple[str, int]:
    (found,) = (event for line in out.splitlines() if (event := json.loads(line))["type"] == "call_finished")
    return found["content"], found["redacted"]


def test_how_many_were_taken_out_is_told_to_the_model_and_the_person(keys: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", LOOK)
    ran = droidlite("exec", "-y", "-o", "stream-json", "look", cwd=keys, env=env)
    told = f"{SHOWN}\n{SHOWN}\n(exit code 0)\n(2 secrets were taken out of this output)"
    assert result(ran.out) == (told, 2)
    assert (
        "shell  cat keys; cat keys  ok · 2 secrets taken out" in droidlite("exec", "-y", "look", cwd=keys, env=env).err
    )


def test_redaction_by_form_is_a_persons_to_switch_off_and_no_unknown_repositorys(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = write_script(tmp_path / "s.jsonl", LOOK)
    words = ("exec", "-y", "-o", "stream-json", "look")
    (keys / ".droidlite").mkdir()
    (keys / ".droidlite" / "config.toml").write_text("redact = false\n")
    offered = droidlite(*words, cwd=keys, env=env)
    assert result(offered.out)[1] == 2
    assert offered.result["trust"]["left_out"] == [".droidlite/config.toml: redact"]
    configure("redact = false\n")
    assert result(droidlite(*words, cwd=keys, env=env).out) == (f"{KEY}\n{KEY}\n(exit code 0)", 0)
    (tmp_path / "policy.toml").write_text("[secrets]\nredact = true\n")
    monkeypatch.setenv("DROIDLITE_POLICY", str(tmp_path / "policy.toml"))
    forced = droidlite(*words, cwd=keys, env=env)
    assert result(forced.out)[1] == 2
    assert "redact is lowered from false to true by policy" in forced.out


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_umask")
def test_all_that_is_written_is_for_its_owner_only_under_any_umask(keys: Path, tmp_path: Path, home: Path) -> None:
    """A session with history, spilled output, saved files, an answer for good, an export and a shared ledger."""
    replies = [
        {
            "calls": [
                call("shell", command="seq 1 20000"),
                call("edit", file_path="old", old_string="x", new_string="y"),
            ]
        },
        {"calls": [call("shell", command="make it-up")]},
        {"text": "Done."},
    ]
    (keys / "old").write_text("x")
    with Terminal(cwd=keys, env=write_script(tmp_path / "s.jsonl", replies)) as terminal:
        terminal.sees("autonomy low")
        terminal.type("go\r")
        terminal.answers("Run this command?", "3")
        terminal.sees("Done.")
        terminal.type("/export html\r")
        terminal.sees("written to")
        assert terminal.leaves() == 0
    ledger = str(tmp_path / "ledger.jsonl")
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}])
    assert droidlite("exec", "--max-cost", "1", "--ledger", ledger, "hi", cwd=keys, env=env).code == 0
    droidlite("sessions", "fork", json.loads(droidlite("sessions", "--json", cwd=keys).out)[0]["id"], cwd=keys)
    own = [*(home / "droidlite").rglob("*"), *keys.glob("droidlite-*.html"), Path(ledger)]
    assert {path.parent.name for path in own} >= {"state", "allowed", "blobs", "spill"}
    assert [str(path) for path in own if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def fake_keyring(folder: Path, code: str) -> dict[str, str]:
    """A package `keyring` found before any that is installed."""
    (folder / "keyring").mkdir()
    (folder / "keyring" / "__init__.py").write_text(code)
    (folder / "keyring" / "errors.py").write_text("class KeyringError(Exception): pass\n")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])}


def test_a_key_may_be_kept_in_the_keyring_of_the_system(repo: Path, tmp_path: Path) -> None:
    code = "def get_password(service, name):\n    return 'ringcanary-0123456789' * (service == 'droidlite') + name\n"
    with Loopback([Said("The key is ringcanary-0123456789work.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic", key="keyring:work")))
        env = fake_keyring(tmp_path, code)
        ran = droidlite("exec", "-m", "claude-sonnet-5-5", "-o", "json", "hi", cwd=repo, env=env)
        assert ran.result["result"] == "The key is [secret redacted]."
        given = {name.lower(): value for name, value in server.requests[0].headers.items()}
        assert "ringcanary-0123456789work" in f"{given.get('x-api-key')} {given.get('authorization')}"


@pytest.mark.parametrize(
    ("code", "todo"),
    [
        ("raise ImportError", "pip install 'droidlite[keyring]'"),
        ("def get_password(service, name): return None", "keep one with: keyring set droidlite work"),
        (
            "from keyring.errors import KeyringError\ndef get_password(service, name): raise KeyringError('locked')",
            "the keyring cannot be asked (locked); unlock it, or use a variable",
        ),
    ],
)
def test_a_key_that_is_not_to_be_had_is_one_sentence(code: str, todo: str, repo: Path, tmp_path: Path) -> None:
    settings = (
        '[[endpoints]]\nname = "own"\nprotocol = "anthropic"\napi_keys = ["keyring:work"]\nmodels = ["claude-*"]\n'
    )
    configure(settings)
    ran = droidlite("exec", "-m", "own/claude-sonnet-5-5", "hi", cwd=repo, env=fake_keyring(tmp_path, code))
    assert (ran.code, todo in ran.err, ran.err.count("\n")) == (2, True, 1)


def test_the_keyring_is_not_loaded_where_no_key_is_kept_there(repo: Path, tmp_path: Path) -> None:
    env = fake_keyring(tmp_path, "raise SystemExit('loaded')")
    assert droidlite("models", cwd=repo, env=env).code == 0


def test_a_crash_is_told_without_keys_and_steers_nothing(repo: Path) -> None:
    code = (
        "import sys; from droidlite import doctor; from droidlite.__main__ import main\n"
        f"def broken(cwd): raise RuntimeError('{KEY} \\x1b]0;pwned\\x07 \\u202e')\n"
        "doctor.findings = broken; sys.argv = ['droidlite', 'doctor']; main()"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=repo, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("droidlite: This is a fault of droidlite itself; please report it with these lines.\n")
    assert ran.stderr.endswith(f"RuntimeError: {SHOWN}  <U+202E>\n")
