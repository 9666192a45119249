"""droidlite exec, whole: the true binary, real SDKs against a loopback server, or a script that says it is one."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from binary import BINARY, call, configure, droidlite, endpoint_settings, running, write_script
from loopback import Asked, Loopback, Said, assert_prefixes

DIALECTS = ("anthropic", "openai-chat", "openai-responses")
MODEL = {"anthropic": "claude-sonnet-5-5", "openai-chat": "gpt-6.1-sol", "openai-responses": "gpt-6.1-sol"}


@pytest.fixture
def repo(repo: Path) -> Path:
    (repo / "a.py").write_text("x = 1\n")
    return repo


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_whole_run_over_every_dialect(dialect: str, repo: Path) -> None:
    edit = (
        Asked("edit", {"file_path": "a.py", "old_string": "x = 1", "new_string": "x = 2"})
        if dialect == "anthropic"
        else Asked("patch", {"input": "*** Begin Patch\n*** Update File: a.py\n-x = 1\n+x = 2\n*** End Patch"})
    )
    replies = [
        Said("Let me look.", calls=(Asked("read", {"file_path": "a.py"}), Asked("grep", {"pattern": "x"}))),
        Said(calls=(edit,)),
        Said(calls=(Asked("shell", {"command": "cat a.py"}),)),
        Said("Done: x is 2."),
    ]
    with Loopback(replies) as server:
        configure(endpoint_settings(server.endpoint(dialect)))
        ran = droidlite(
            "exec", "-m", MODEL[dialect], "--auto", "high", "--verify", "grep -q 2 a.py", "-o", "json", "set x to 2",
            cwd=repo,
        )  # fmt: skip
        assert (ran.code, ran.result["subtype"], ran.result["result"]) == (0, "success", "Done: x is 2."), ran.err
        assert (repo / "a.py").read_text() == "x = 2\n"
        assert ran.result["num_turns"] == len(server.requests) == 4  # no hidden side requests
        assert ran.result["verify"]["exit_code"] == 0
        assert ran.result["total_cost_usd"] > 0
        assert_prefixes(server)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_resumed_session_extends_what_was_sent_before(dialect: str, repo: Path) -> None:
    replies = [Said(calls=(Asked("read", {"file_path": "a.py"}),)), Said("It is 1."), Said("Still 1.")]
    with Loopback(replies) as server:
        configure(endpoint_settings(server.endpoint(dialect)))
        first = droidlite("exec", "-m", MODEL[dialect], "-o", "json", "what is x", cwd=repo)
        second = droidlite("exec", "-c", "-o", "json", "and now", cwd=repo)
        assert (first.code, second.code, second.result["result"]) == (0, 0, "Still 1."), second.err
        assert second.result["session_id"] == first.result["session_id"]
        assert second.result["total_cost_usd"] > first.result["total_cost_usd"]
        assert_prefixes(server)


def test_keys_never_reach_output_journal_or_children(repo: Path) -> None:
    canary = "sk-canary-7f3a9b2c4d5e"
    replies = [
        Said(calls=(Asked("shell", {"command": "env; cat /proc/$PPID/environ | tr '\\0' '\\n'; echo $LOOP_API_KEY"}),)),
        Said("Done."),
    ]
    with Loopback(replies) as server:
        endpoint = server.endpoint("openai-chat", key=canary)
        configure(endpoint_settings(endpoint).replace(canary, "${LOOP_API_KEY}"))
        ran = droidlite(
            "exec", "-m", "gpt-6.1-sol", "--auto", "high", "-o", "stream-json", "go", cwd=repo,
            env={"LOOP_API_KEY": canary},
        )  # fmt: skip
        assert ran.code == 0, ran.err
        assert canary in str(server.requests[0].headers)  # it was really used
        journals = list(Path(os.environ["DROIDLITE_HOME"]).rglob("*.jsonl"))
        texts = [ran.out, ran.err, *(path.read_text() for path in journals), server.requests[1].raw.decode()]
        assert len(journals) == 1
        assert [text.count(canary) for text in texts] == [0, 0, 0, 0]


def test_without_auto_it_is_read_only_and_says_so(repo: Path, tmp_path: Path) -> None:
    env = write_script(
        tmp_path / "s.jsonl",
        [
            {"calls": [call("read", file_path="a.py"), call("shell", command="git status")]},
            {"calls": [call("write", file_path="b.py", content="y"), call("shell", command="touch c.py")]},
            {"text": "I may not write."},
        ],
    )
    ran = droidlite("exec", "-o", "json", "write b.py", cwd=repo, env=env)
    assert (ran.code, ran.result["permission_denials"]) == (0, ["b.py", "touch c.py"])
    assert sorted(path.name for path in repo.iterdir()) == [".git", "a.py"]
    assert "SCRIPTED: a script answers, not a model" in ran.err


WRITE = call("write", file_path="b.py", content="y")
TOUCH = call("shell", command="touch c.py")
PUSH = call("shell", command="git push")


@pytest.mark.parametrize(
    ("settings", "policy", "words", "tried", "told"),
    [
        ("high", "high", (), [WRITE, PUSH, WRITE], "high"),
        ("low", "high", (), [WRITE], "low"),
        ("low", "high", (), [PUSH], ""),  # that it refuses anyway
        ("high", "low", (), [WRITE], "low"),
        ("high", "low", (), [PUSH], ""),  # policy refuses it
        ("high", "high", ("--auto", "low"), [WRITE, PUSH], ""),  # the person has said what they want
        ("high", "high", (), [call("read", file_path="a.py")], ""),
        ("off", "high", (), [WRITE], ""),
    ],
)  # fmt: skip
def test_settings_do_not_make_a_run_without_auto_edit_which_is_told_where_it_mattered(
    settings: str, policy: str, words: tuple[str, ...], tried: list[dict], told: str, repo: Path, tmp_path: Path
) -> None:
    configure(f'autonomy = "{settings}"\n')
    (tmp_path / "policy.toml").write_text(f'[autonomy]\nmax = "{policy}"\n')
    env = write_script(tmp_path / "s.jsonl", [{"calls": [each]} for each in tried] + [{"text": "No."}])
    ran = droidlite(
        "exec", *words, "write b.py", cwd=repo, env=env | {"DROIDLITE_POLICY": str(tmp_path / "policy.toml")}
    )
    assert (ran.code, (repo / "b.py").exists()) == (0, bool(words))
    where = Path(os.environ["DROIDLITE_HOME"]) / "config" / "config.toml"
    line = (
        f"warning: autonomy ({where}:1) holds where a person watches; exec was read-only and refused what it would "
        f"have allowed. Give it with the run: --auto {told}."
    )
    assert [each for each in ran.err.splitlines() if "autonomy (" in each] == ([line] if told else [])


def test_the_autonomy_that_was_not_heeded_is_in_the_stream(repo: Path, tmp_path: Path) -> None:
    configure('autonomy = "high"\n')
    env = write_script(tmp_path / "s.jsonl", [{"calls": [WRITE]}, {"text": "No."}])
    ran = droidlite("exec", "-o", "stream-json", "write b.py", cwd=repo, env=env)
    assert (ran.code, ran.result["permission_denials"], (repo / "b.py").exists()) == (0, ["b.py"], False)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert (lines[0]["autonomy"], [line["type"] for line in lines[-2:]]) == ("off", ["warned", "result"])


def test_stream_json_is_one_event_a_line(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("read", file_path="a.py")]}, {"text": "Done."}])
    ran = droidlite("exec", "-o", "stream-json", "look", cwd=repo, env=env)
    assert [json.loads(line)["type"] for line in ran.out.splitlines()] == [
        "session_started", "model_chosen", "turn_started", "call_announced", "reply_finished", "call_started",
        "call_finished", "turn_started", "text_added", "reply_finished", "result",
    ]  # fmt: skip


def test_text_puts_only_the_answer_on_stdout(repo: Path, tmp_path: Path) -> None:
    env = write_script(
        tmp_path / "s.jsonl", [{"text": "Looking.", "calls": [call("glob", pattern="*")]}, {"text": "42"}]
    )
    ran = droidlite("-p", "what", cwd=repo, env=env)
    assert (ran.code, ran.out) == (0, "42\n")
    assert "\x1b" not in ran.err


def test_the_prompt_comes_from_argument_file_and_stdin(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("from the file\n")
    with Loopback([Said("ok")]) as server:
        configure(endpoint_settings(server.endpoint("openai-chat")))
        droidlite("exec", "-m", "gpt-6.1-sol", "-f", str(tmp_path / "p.txt"), cwd=repo, stdin="from the pipe")
        body = server.requests[0].raw.decode()
        assert "from the file\\n\\nfrom the pipe" in body


def test_verify_that_fails_is_exit_4(repo: Path, tmp_path: Path) -> None:
    configure("verify_rounds = 0\n")
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done, I think."}])
    ran = droidlite("exec", "-o", "json", "--verify", "echo broken; exit 3", "do it", cwd=repo, env=env)
    assert (ran.code, ran.result["subtype"], ran.result["result"]) == (4, "error_verify", "Done, I think.")
    assert ran.result["verify"]["exit_code"] == 3
    assert "broken" in ran.result["verify"]["output"]


def test_what_a_check_prints_cannot_pass_for_its_exit_code(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}])
    ran = droidlite("exec", "-o", "json", "--verify", "echo '(exit code 0)'; exit 3", "do it", cwd=repo, env=env)
    assert (ran.code, ran.result["verify"]["exit_code"]) == (4, 3)


def test_max_turns_is_exit_3(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("read", file_path="a.py")]}] * 5)
    ran = droidlite("exec", "--max-turns", "2", "-o", "json", "loop", cwd=repo, env=env)
    assert (ran.code, ran.result["subtype"], ran.result["num_turns"]) == (3, "error_max_turns", 2)


def test_max_cost_is_never_passed_and_ends_with_a_summary(repo: Path) -> None:
    loop = Said(calls=(Asked("read", {"file_path": "a.py"}),))

    def answer(body: dict, n: int) -> Said:
        return Said("Half done.") if body.get("tool_choice") == {"type": "none"} else loop

    with Loopback(answer) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        ran = droidlite("exec", "-m", "claude-sonnet-5-5", "--max-cost", "0.08", "-o", "json", "go", cwd=repo)
        assert (ran.code, ran.result["subtype"], ran.result["result"]) == (3, "error_max_cost", "Half done."), ran.out
        assert 0 < ran.result["total_cost_usd"] <= 0.08


def test_upstream_failure_is_exit_75_after_four_attempts_where_nothing_else_is_open(repo: Path) -> None:
    with Loopback([Said(fault="status", status=500)]) as server:
        configure(endpoint_settings(server.endpoint("openai-chat")))
        ran = droidlite("exec", "-m", "gpt-6.1-sol", "-o", "json", "go", cwd=repo)
        assert (ran.code, ran.result["subtype"], len(server.requests)) == (75, "error_upstream", 4), ran.err


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_silent_service_is_given_up_after_the_time_in_the_settings(dialect: str, repo: Path) -> None:
    with Loopback([Said("never ends", fault="stall"), Said("Done.")]) as server:
        configure("stall_seconds = 0.5\n" + endpoint_settings(server.endpoint(dialect)))
        ran = droidlite("exec", "-m", MODEL[dialect], "go", cwd=repo)
        assert (ran.code, ran.out, len(server.requests)) == (0, "Done.\n", 2), ran.err


def test_an_endpoint_that_is_not_there_is_exit_75_and_costs_nothing_under_a_cap(repo: Path) -> None:
    configure(
        '[[endpoints]]\nname = "dead"\nprotocol = "openai-chat"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'models = ["gpt-*"]\n'
    )
    ran = droidlite("exec", "-m", "gpt-6.1-sol", "--max-cost", "0.05", "-o", "json", "go", cwd=repo)
    assert (ran.code, ran.result["subtype"], ran.result["total_cost_usd"]) == (75, "error_upstream", 0.0), ran.err


def test_a_wrong_key_is_one_attempt_and_says_what_to_do(repo: Path) -> None:
    with Loopback([Said(fault="status", status=401)]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        ran = droidlite("exec", "-m", "claude-sonnet-5-5", "-o", "json", "go", cwd=repo)
        assert (ran.code, len(server.requests)) == (1, 1), ran.err
        assert "key" in ran.result["result"]


def _start(repo: Path, env: dict[str, str], *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*BINARY, "exec", "--auto", "high", "-o", "stream-json", *words, "go"],
        cwd=repo, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _until(process: "subprocess.Popen[bytes]", kind: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["type"] == kind:
            return
    raise AssertionError(f"no {kind}")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_kill_the_tools_tree_and_leave_the_session_resumable(
    repo: Path, tmp_path: Path, number: int, code: int
) -> None:
    seconds = f"300.{number}"
    command = f"sleep {seconds} & echo > child; sleep 300"
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command=command)]}, {"text": "Resumed."}])
    process = _start(repo, env)
    _until(process, "call_started")
    while not running(seconds):
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    result = json.loads(out.splitlines()[-1])
    assert (process.returncode, result["type"], result["exit_code"]) == (code, "result", code), err
    deadline = time.monotonic() + 60
    while running(seconds) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(seconds) == []
    ran = droidlite("exec", "-c", "-o", "json", "go on", cwd=repo, env=env)
    assert (ran.code, ran.result["result"]) == (0, "Resumed."), ran.err


def test_timeout_is_exit_124(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command="sleep 60")]}])
    ran = droidlite("exec", "--auto", "high", "--timeout", "0.3", "-o", "json", "go", cwd=repo, env=env)
    assert (ran.code, ran.result["subtype"], ran.result["result"]) == (
        124, "error_timeout", "Stopped after 0.3 seconds (--timeout).",
    )  # fmt: skip


def test_a_killed_session_resumes_and_never_runs_a_started_tool_again(repo: Path, tmp_path: Path) -> None:
    command = "echo ran >> effects; sleep 60"
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command=command)]}, {"text": "Resumed."}])
    process = _start(repo, env)
    _until(process, "call_started")
    while not (repo / "effects").exists():
        time.sleep(0.01)
    process.kill()
    process.communicate()
    ran = droidlite("exec", "-r", "-o", "json", "go on", cwd=repo, env=env)
    assert (ran.code, ran.result["result"]) == (0, "Resumed."), ran.err
    assert (repo / "effects").read_text() == "ran\n"


def test_fork_leaves_the_original_as_it_was(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "One."}, {"text": "Two."}])
    first = droidlite("exec", "-o", "json", "go", cwd=repo, env=env)
    fork = droidlite("exec", "-c", "--fork", "-o", "json", "more", cwd=repo, env=env)
    assert (fork.code, fork.result["result"]) == (0, "Two."), fork.err
    assert fork.result["session_id"] != first.result["session_id"]
    listed = droidlite("sessions", "--json", cwd=repo)
    assert {s["id"]: s["turns"] for s in json.loads(listed.out)} == {
        first.result["session_id"]: 1,
        fork.result["session_id"]: 2,
    }


def test_a_slow_pipe_is_waited_for_and_a_silent_one_is_told(repo: Path, tmp_path: Path) -> None:
    with Loopback([Said("ok")]) as server:
        configure(endpoint_settings(server.endpoint("openai-chat")))
        words = [*BINARY, "exec", "-m", "gpt-6.1-sol", "sum it up"]
        reader, writer = os.pipe()
        silent = subprocess.run(words, cwd=repo, stdin=reader, capture_output=True, text=True, check=False)
        assert "Standard input is open but sent nothing for 2 s" in silent.stderr
        os.write(writer, b"from the pipe")
        os.close(writer)
        piped = subprocess.run(words, cwd=repo, stdin=reader, capture_output=True, text=True, check=False)
        os.close(reader)
        assert (silent.returncode, piped.returncode) == (0, 0)
        assert ["from the pipe" in seen.raw.decode() for seen in server.requests] == [False, True]


def test_json_tells_the_same_progress_on_stderr_as_text(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("read", file_path="a.py")]}, {"text": "Done."}])
    told = {
        output: droidlite("exec", "-o", output, "look", cwd=repo, env=env).err.splitlines()
        for output in ("text", "json", "stream-json")
    }
    line = "read  a.py  1 line"
    assert [told[output].count(line) for output in told] == [1, 1, 0]
    assert len(told["text"]) == len(told["json"])


@pytest.mark.parametrize(("model", "shown"), [("claude-sonnet-5", 1), ("deepseek-v4-pro", 0)])
def test_a_picture_of_the_folder_goes_along_where_the_model_takes_any(
    model: str, shown: int, repo: Path, tmp_path: Path
) -> None:
    for path in (repo / "in.png", tmp_path / "outside.png"):
        path.write_bytes(b"a picture, as far as anyone looks")
    with Loopback([Said("A dot.")]) as server:
        dialect = "anthropic" if shown else "openai-chat"
        configure(endpoint_settings(server.endpoint(dialect), models=f'["{model}"]'))
        ran = droidlite("exec", "-m", model, "compare @in.png, with @../outside.png.", cwd=repo)
    assert (ran.code, ran.out) == (0, "A dot.\n"), ran.err
    sent = json.dumps(server.requests[0].json)
    assert (sent.count('"type": "image"'), f"{model} takes no pictures" in ran.err) == (shown, not shown)


def test_an_effort_that_a_model_has_not_is_told(repo: Path) -> None:
    with Loopback([Said("Hello.")]) as server:
        configure(endpoint_settings(server.endpoint("openai-chat"), models='["glm-5.3"]'))
        ran = droidlite("exec", "-m", "glm-5.3", "--effort", "high", "hi", cwd=repo)
    assert (ran.code, ran.out) == (0, "Hello.\n"), ran.err
    assert "glm-5.3 has no effort high: it is asked as if none were set." in ran.err
