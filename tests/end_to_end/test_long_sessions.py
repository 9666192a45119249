"""Sessions that outgrow their model's context, through the true binary: they go on, and nobody's words are lost."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from binary import call, configure, droidlite, endpoint_settings, write_script
from loopback import Asked, Loopback, Said
from terminal import Terminal
from vendor_rules import reject

DIALECTS = ("anthropic", "openai-chat", "openai-responses")
MODEL = {"anthropic": "claude-sonnet-5-5", "openai-chat": "gpt-6.1-sol", "openai-responses": "gpt-6.1-sol"}
LIMIT = 30_000
"""Bytes of a request the server takes at most."""
HOUSE = '[[models]]\nid = "house"\ncontext = 7000\nmax_output = 1000\nprice = '

READ = Said(calls=(Asked("read", {"file_path": "mid.txt"}),), usage={"input": 1_300, "output": 10})
"""With what it reads, house is 80 % full."""


@pytest.fixture
def repo(repo: Path) -> Path:
    (repo / "big.txt").write_text("word word word\n" * 3_000)
    (repo / "mid.txt").write_text("line of text here\n" * 700)
    (repo / "a.py").write_text("x = 1\n")
    return repo


def too_long(dialect: str, body: Any) -> str:
    long = "prompt is too long: 300000 tokens > 200000 maximum" if len(json.dumps(body)) > LIMIT else ""
    return long or reject(dialect, body)


def house(server: Loopback, price: str = '"free"') -> None:
    configure(endpoint_settings(server.endpoint("openai-chat"), models='["house"]') + HOUSE + price)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_request_too_long_for_the_service_is_recovered_from(dialect: str, repo: Path) -> None:
    replies = [
        Said(thought="Read it.", calls=(Asked("read", {"file_path": "big.txt"}),)),
        Said("A summary."),
        Said("Done."),
    ]
    with Loopback(replies, check=too_long) as server:
        server.replies = lambda body, n: replies[min(n - sum(len(q.raw) > LIMIT for q in server.requests), 2)]
        configure(endpoint_settings(server.endpoint(dialect)))
        ran = droidlite("exec", "-m", MODEL[dialect], "-o", "json", "sum up big.txt", cwd=repo)
        assert (ran.code, ran.result["result"]) == (0, "Done."), ran.err
        assert [len(seen.raw) > LIMIT for seen in server.requests] == [False, True, False, False]
        last = server.requests[-1].raw.decode()
        assert "sum up big.txt" in last
        assert "characters left out: they did not fit the context" in last
        more = droidlite("exec", "-c", "-o", "json", "go on", cwd=repo)
        assert (more.code, more.result["result"], len(server.requests)) == (0, "Done.", 5), more.err


def test_a_session_left_in_an_overflow_goes_on_when_it_is_continued(repo: Path) -> None:
    """The service began to refuse while nobody was there: the first thing the next run meets is the overflow."""
    script = [Said(calls=(Asked("read", {"file_path": "big.txt"}),)), Said("Read."), Said("A summary."), Said("Done.")]
    with Loopback(script) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        first = droidlite("exec", "-m", "claude-sonnet-5-5", "THE TASK", cwd=repo)
        server.check = too_long
        server.replies = lambda body, n: script[2 if "about to be replaced" in json.dumps(body) else 3]
        second = droidlite("exec", "-c", "-o", "json", "THE NEXT", cwd=repo)
        assert (first.code, second.code, second.result["result"]) == (0, 0, "Done."), second.err
        last = server.requests[-1].raw.decode()
        assert ("THE TASK" in last, "THE NEXT" in last, "A summary." in last) == (True, True, True)


def test_a_compaction_keeps_both_prompts_the_files_the_todos_and_the_failure(repo: Path) -> None:
    replies = [
        Said(calls=(Asked("edit", {"file_path": "a.py", "old_string": "x = 1", "new_string": "x = 2"}),)),
        Said(calls=(Asked("shell", {"command": "echo it broke; false"}),)),
        Said(calls=(Asked("todo", {"todos": [{"content": "mend it", "status": "in_progress"}]}),)),
        replace(READ, usage={"input": 500, "output": 10}),
        Said("First done."),
        Said("ONLY A SUMMARY"),
        Said("Second done."),
    ]
    with Loopback(replies, check=reject) as server:
        house(server)
        first = droidlite("exec", "-m", "house", "--auto", "high", "FIRST, exactly", cwd=repo)
        second = droidlite(
            "exec", "-m", "house", "-c", "--auto", "high", "-o", "stream-json", "SECOND, exactly", cwd=repo
        )
        assert (first.code, second.code, second.result["result"]) == (0, 0, "Second done."), second.err
        assert [json.loads(line)["type"] for line in second.out.splitlines()].count("compacted") == 1
        *_, told, prompt = server.requests[-1].json["messages"]
        assert prompt["content"] == "SECOND, exactly" or prompt["content"][-1]["text"] == "SECOND, exactly"
        for kept in (
            "<task>\\nFIRST, exactly\\n</task>",
            "<files_changed>\\na.py (modified)\\n</files_changed>",
            "<todos>\\n[>] mend it\\n</todos>",
            '<failing command=\\"echo it broke; false\\">\\nit broke\\n(exit code 1)\\n</failing>',
            "<summary>\\nONLY A SUMMARY\\n</summary>",
        ):
            assert kept in json.dumps(told), kept


@pytest.mark.parametrize("bad", [Said("cut he", stop="length"), Said("")], ids=["cut", "empty"])
def test_a_summary_that_cannot_be_used_is_written_by_rule(bad: Said, repo: Path) -> None:
    def answer(body: Any, n: int) -> Said:
        if "about to be replaced" in json.dumps(body["messages"][-1]):
            return bad
        return READ if n == 0 else Said("Done.")

    with Loopback(answer, check=reject) as server:
        house(server)
        ran = droidlite("exec", "-m", "house", "-o", "json", "THE TASK", cwd=repo)
        assert (ran.code, ran.result["result"]) == (0, "Done."), ran.err
        assert "No summary could be written." in server.requests[-1].raw.decode()


def test_a_cap_reached_by_a_compaction_is_closed_within_the_cap(repo: Path) -> None:
    def answer(body: Any, n: int) -> Said:
        if n == 0:
            return READ
        return Said("Half done.") if "A limit of this run" in json.dumps(body["messages"][-1]) else Said("never")

    with Loopback(answer, check=reject) as server:
        house(server, "{ input = 1000, output = 1000 }")
        ran = droidlite("exec", "-m", "house", "--max-cost", "22", "-o", "json", "go", cwd=repo)
        assert (ran.code, ran.result["subtype"], ran.result["result"]) == (3, "error_max_cost", "Half done."), ran.out
        assert ran.result["total_cost_usd"] <= 21
        assert len(server.requests) == 2


def test_the_todo_list_outlives_the_run(repo: Path, tmp_path: Path) -> None:
    todos = [{"content": "mend it", "status": "in_progress"}]
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("todo", todos=todos)]}, {"text": "Fine."}])
    ran = droidlite("exec", "-o", "json", "go", cwd=repo, env=env)
    exported = droidlite("sessions", "export", "--format", "json", ran.result["session_id"], cwd=repo)
    assert json.loads(exported.out)["todos"] == [{"text": "mend it", "status": "in_progress"}]


def test_a_cap_reached_by_a_compaction_pauses_where_a_person_can_raise_it(repo: Path) -> None:
    replies = [READ, Said("A summary."), Said("All done.")]
    with Loopback(replies, check=reject) as server:
        house(server, "{ input = 1000, output = 1000 }")
        with Terminal("-m", "house", "--max-cost", "20", cwd=repo) as terminal:
            terminal.sees("autonomy low")
            terminal.type("go\r")
            terminal.sees("The cap of $20.00 would be passed, so nothing was sent.")
            assert len(server.requests) == 1
            terminal.sees("Enter choose · Esc stop")
            deadline = time.monotonic() + 60
            while "capraisedto" not in terminal.seen and time.monotonic() < deadline:
                terminal.type("\r")  # keys pressed while a question appears do not answer it
                time.sleep(1.0)
            terminal.sees("All done.")
            assert terminal.leaves() == 0
        assert len(server.requests) == 3


def test_a_cap_set_in_the_session_holds_from_its_next_call_on(repo: Path) -> None:
    dear = {"usage": {"input": 100_000, "output": 1_000}}
    env = write_script(repo.parent / "s.jsonl", [{"text": "One.", **dear}, {"text": "Two.", **dear}])
    configure(
        f'[[endpoints]]\nname = "house"\nprotocol = "scripted"\nbase_url = "{env["DROIDLITE_SCRIPT"]}"\n'
        'models = ["claude-sonnet-5-5"]\n'
    )
    with Terminal(cwd=repo, env={}) as terminal:
        terminal.sees("autonomy low")
        terminal.type("one\r")
        terminal.sees("One.")
        terminal.sees("session, claude-sonnet-5-5")
        terminal.type("/cap much\r")
        terminal.sees("/cap takes an amount in USD, such as 0.50, or none; much is neither.")
        terminal.type("/cap 0.01\r")
        terminal.sees("is spent already; name a cap above that.")
        terminal.type("/cap 0.30\r")
        terminal.sees("cap: $0.30, and it is never passed")
        terminal.type("two\r")
        terminal.answers("The cap of $0.30 would be passed, so nothing was sent.", "3")
        terminal.sees("stopped (max cost)")
        assert terminal.leaves() == 0
