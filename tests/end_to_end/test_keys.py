"""A key that a run comes across reaches neither output nor disk nor the model, by whatever way."""

import os
from pathlib import Path
from typing import Any

import pytest
from binary import call, configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said, assert_prefixes

KEY = "sk-ant-CANARY0123456789abcdef"
ENV = {"ANTHROPIC_API_KEY": KEY, "HOUSE_KEY": "housecanary-99887766", "MYSQL_PWD": "mysqlcanary-1234"}


@pytest.fixture
def repo(repo: Path) -> Path:
    (repo / ".env").write_text(f"ANTHROPIC_API_KEY={KEY}\n")
    return repo


def shell(command: str, **more: Any) -> dict[str, Any]:
    return {"calls": [call("shell", command=command, **more)]}


def found() -> list[str]:
    """Files of the session that hold a secret."""
    home = Path(os.environ["DROIDLITE_HOME"])
    texts = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert any(path.name == "journal.jsonl" for path in texts)
    return [str(path) for path, text in texts.items() if any(secret.encode() in text for secret in ENV.values())]


RUNS: dict[str, tuple[list[dict[str, Any]], list[str], str]] = {
    "a failing check prints it": ([{"text": "ok"}], ["--verify", "cat .env; false"], ""),
    "a command prints it": ([shell("cat .env"), {"text": "ok"}], [], ""),
    "in pieces": ([shell("head -c 35 .env; sleep .3; tail -c +36 .env; sleep .3"), {"text": "ok"}], [], ""),
    "in a long output": ([shell("seq 20000; cat .env"), {"text": "ok"}], [], ""),
    "in the background": (
        [shell("cat .env", background=True), {"calls": [call("job", id="job-1", wait=5)]}, {"text": "ok"}],
        [],
        "",
    ),
    "on standard input": ([{"text": "ok"}], [], f"use {KEY}"),
    "the model says it": ([{"text": f"the key is {KEY}"}], [], ""),
    "the model writes it": ([shell(f"echo {KEY}"), {"text": "ok"}], [], ""),
    "the parent's environment": ([shell("cat /proc/$PPID/environ; env"), {"text": "ok"}], [], ""),
}


@pytest.mark.parametrize("output", ["json", "stream-json", "text"])
@pytest.mark.parametrize("way", RUNS)
def test_a_key_reaches_neither_output_nor_disk(way: str, output: str, repo: Path, tmp_path: Path) -> None:
    replies, words, stdin = RUNS[way]
    env = write_script(tmp_path / "s.jsonl", replies) | ENV
    ran = droidlite("exec", "--auto", "high", "-o", output, *words, "go", cwd=repo, env=env, stdin=stdin)
    assert ran.code == (4 if words else 0), ran.err
    assert [secret for secret in ENV.values() if secret in ran.out + ran.err] == []
    assert KEY[:20] not in ran.out + ran.err
    assert found() == []


@pytest.mark.parametrize("dialect", ["anthropic", "openai-chat", "openai-responses"])
def test_a_key_in_memory_and_in_signed_thinking_is_sent_to_nobody(dialect: str, repo: Path) -> None:
    (repo / "AGENTS.md").write_text(f"Use {KEY}.\n")
    said = [Said(f"I would use {KEY}.", thought=f"The key is {KEY}."), Said("Done.")]
    with Loopback(said) as server:
        configure(endpoint_settings(server.endpoint(dialect)))
        model = "claude-sonnet-5-5" if dialect == "anthropic" else "gpt-6.1-sol"
        first = droidlite("exec", "--trust", "-m", f"loop/{model}", "-o", "stream-json", "begin", cwd=repo, env=ENV)
        second = droidlite("exec", "-c", "-o", "stream-json", "go on", cwd=repo, env=ENV)
        assert (first.code, second.code) == (0, 0), first.err + second.err
        assert KEY not in first.out + first.err + second.out + second.err
        assert [KEY in request.raw.decode() for request in server.requests] == [False, False]
        assert_prefixes(server)
    assert found() == []
