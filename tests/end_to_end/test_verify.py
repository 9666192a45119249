"""Checks through the true binary: detection, the baseline, rounds, flakiness, what a check may do, and a reviewer."""

import json
from pathlib import Path
from typing import Any

import pytest
from binary import Ran, call, configure, droidlite, endpoint_settings, running, write_script
from cheating import environment_of_checks
from loopback import Asked, Loopback, Said

TEST = "from calc import add\n\n\ndef test_add():\n    assert add(2, 2) == 4\n"
FIX = {"calls": [call("shell", command="echo 'def add(a, b): return a + b' > calc.py")]}
DONE = {"text": "Done."}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    (root / ".git").mkdir()
    (root / "calc.py").write_text("def add(a, b): return a - b\n")
    (root / "test_calc.py").write_text(TEST)
    return root


def run(repo: Path, check: str, *replies: dict[str, Any], prompt: str = "fix it", output: str = "json") -> Ran:
    env = environment_of_checks() | write_script(repo.parent / "script", replies)
    words = ("exec", "-m", "scripted", "--auto", "high", "-o", output, "--verify", check, prompt)
    return droidlite(*words, cwd=repo, env=env, seconds=200)


def events(ran: Ran, kind: str) -> list[Any]:
    return [event for event in map(json.loads, ran.out.splitlines()) if event["type"] == kind]


def test_auto_says_what_it_found_how_it_was_before_and_what_counts(repo: Path) -> None:
    (repo / "test_red.py").write_text("def test_network():\n    assert False\n")
    ran = run(repo, "auto", FIX, DONE, prompt="mend add so that test_add passes", output="stream-json")
    command = "python -m pytest -q"
    (found,), (baseline,), (ended,) = (
        events(ran, kind) for kind in ("verify_found", "baseline_taken", "verify_finished")
    )
    assert found == {"type": "verify_found", "command": command, "why": "test_calc.py"}
    assert (baseline["exit_code"], baseline["failing"]) == (1, ["test_calc::test_add", "test_red::test_network"])
    assert (ran.code, ended["passed"], ended["exit_code"]) == (0, True, 1)
    assert ended["reason"] == "What fails failed before the work too: test_red::test_network."
    assert "verify  before any work: 2 tests failed: test_calc::test_add, test_red::test_network" in ran.err


def test_a_test_that_newly_fails_is_a_failure_in_a_red_suite(repo: Path) -> None:
    (repo / "test_red.py").write_text("def test_network():\n    assert False\n")
    breaks = {"calls": [call("shell", command="echo 'def test_new(): assert 0' > test_new.py")]}
    configure("verify_rounds = 0\n")
    ran = run(repo, "auto", breaks, DONE, prompt="add a button")
    assert (ran.code, ran.result["verify"]["failing"]) == (4, ["test_new::test_new"])


def test_a_check_that_passes_before_any_work_is_told(repo: Path) -> None:
    (repo / "calc.py").write_text("def add(a, b): return a + b\n")
    ran = run(repo, "auto", {"text": "It adds."}, prompt="what does calc do?")
    assert (ran.code, ran.result["verify"]["passed"], ran.result["verify"]["unproven"]) == (0, True, True)
    assert "before any work: it passes, so there is nothing to verify against" in ran.err


def test_where_auto_finds_nothing_one_sentence_says_so(repo: Path) -> None:
    (repo / "test_calc.py").unlink()
    ran = run(repo, "auto", DONE)
    assert (ran.code, ran.result["verify"]) == (0, None)
    assert ran.err.count("verify = auto found no tests it can run here. Nothing is verified.") == 1


def test_a_failed_check_goes_back_to_the_model_for_its_rounds(repo: Path) -> None:
    configure("verify_rounds = 2\n")
    wrong = {"calls": [call("shell", command="echo 'def add(a, b): return a' > calc.py")]}
    ran = run(repo, "python3 -m pytest -q", DONE, wrong, DONE, FIX, {"text": "Now."}, output="stream-json")
    assert (ran.code, ran.result["result"], ran.result["num_turns"]) == (0, "Now.", 5)
    assert [event["passed"] for event in events(ran, "verify_finished")] == [False, False, True]


def test_the_next_model_gets_rounds_of_its_own(tmp_path: Path) -> None:
    cheap, strong = Loopback([Said("Done.")]), Loopback([Said("Done too.")])
    with cheap, strong:
        configure(
            "verify_rounds = 1\n"
            + endpoint_settings(cheap.endpoint("openai-chat"), name="cheap", models='["MiniMax-M3"]')
            + endpoint_settings(strong.endpoint("anthropic"), name="strong", models='["claude-opus-4-8"]')
        )
        ran = droidlite(
            "exec", "--auto", "low", "--verify", "false", "-o", "json", "fix the failing test", cwd=tmp_path
        )
    assert (ran.code, len(cheap.requests), len(strong.requests)) == (4, 2, 2)


def test_a_flaky_check_passes_and_is_told_once(repo: Path) -> None:
    ran = run(repo, "[ -e seen ] || { touch seen; exit 1; }", DONE)
    assert (ran.code, ran.result["verify"]["flaky"]) == (0, ["tests that are not named"])
    assert ran.err.count("warning: Flaky: tests that are not named failed, and passed when run again") == 1


def test_what_the_model_is_told_of_a_check_is_bounded(repo: Path) -> None:
    (repo / "check.sh").write_text("echo FIRST; head -c 6000000 /dev/zero | tr '\\0' x; echo LAST; exit 1\n")
    with Loopback([Said("Done.")]) as server:
        configure("verify_rounds = 1\n" + endpoint_settings(server.endpoint("openai-chat")))
        words = ("exec", "-m", "gpt-6.1-sol", "--auto", "low", "--verify", "sh check.sh", "-o", "json", "go")
        ran = droidlite(*words, cwd=repo)
    told = server.requests[1].json["messages"][-1]["content"]
    told = told if isinstance(told, str) else told[0]["text"]
    assert ran.code == 4
    assert len(told) < 9_000
    assert "FIRST" in told
    assert "LAST" in told
    assert len(ran.result["verify"]["output"]) < 40_000


def test_a_check_that_hangs_is_stopped_at_its_limit(repo: Path) -> None:
    configure("verify_rounds = 0\nverify_seconds = 0.5\n")
    ran = run(repo, "setsid sleep 300.125 & echo > begun; sleep 300", DONE)
    assert (ran.code, ran.result["verify"]["exit_code"]) == (4, None)
    assert ((repo / "begun").exists(), running("300.125")) == (True, [])
    assert ran.result["verify"]["reason"] == "It was stopped at its limit of time."


def test_a_check_gets_no_input(repo: Path) -> None:
    configure("verify_rounds = 0\n")
    ran = run(repo, "read answer", DONE)
    assert (ran.code, ran.result["verify"]["exit_code"]) == (4, 1)


def test_a_check_that_changes_files_is_told(repo: Path) -> None:
    ran = run(repo, "echo >> calc.py", DONE)
    assert ran.code == 0
    assert ran.err.count("warning: The check itself changes files: calc.py.") == 1


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ("no-such-runner -q", "there is no program no-such-runner on the PATH"),
        ("./gone.sh", "there is no file ./gone.sh in "),
        ("./test_calc.py", "./test_calc.py is not executable; run: chmod +x ./test_calc.py"),
    ],
)
def test_a_check_that_cannot_run_is_refused_before_any_call(repo: Path, check: str, problem: str) -> None:
    ran = run(repo, check, DONE)
    assert (ran.code, ran.out) == (2, "")
    assert f"--verify `{check}` cannot be run: {problem}" in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_check_that_turns_out_not_to_run_is_told(repo: Path) -> None:
    configure("verify_rounds = 0\n")
    ran = run(repo, "true && no-such-runner", DONE)
    assert (ran.code, ran.result["verify"]["exit_code"]) == (4, 127)
    assert ran.result["verify"]["reason"] == "It cannot be run: exit code 127 of the shell says so."


def test_a_cheat_is_told_to_the_model_which_may_take_it_back(repo: Path) -> None:
    cheat = {"calls": [call("shell", command="sed -i 's/== 4/== 0/' test_calc.py")]}
    back = {"calls": [call("shell", command="sed -i 's/== 0/== 4/' test_calc.py")]}
    ran = run(repo, "python3 -m pytest -q", cheat, DONE, back, FIX, {"text": "Honestly done."}, output="stream-json")
    first, last = events(ran, "verify_finished")
    assert (first["exit_code"], first["passed"], first["tampered"]) == (0, False, ["test_calc.py"])
    assert (ran.code, last["passed"], last["tampered"]) == (0, True, [])
    assert "not counted: test_calc.py changed. With them as they were before the work it fails." in ran.err


def test_a_resumed_session_cannot_keep_the_cheat_of_its_first_part(repo: Path) -> None:
    configure("verify_rounds = 0\n")
    edit = call("edit", file_path="test_calc.py", old_string="== 4", new_string="== 0")
    cheat = ({"calls": [call("read", file_path="test_calc.py")]}, {"calls": [edit]}, DONE)
    first = run(repo, "python3 -m pytest -q", *cheat)
    env = environment_of_checks() | write_script(repo.parent / "script", [*cheat, {"text": "Still done."}])
    words = ("exec", "-c", "--auto", "high", "-o", "json", "--verify", "python3 -m pytest -q", "go on")
    again = droidlite(*words, cwd=repo, env=env, seconds=200)
    assert [ran.result["verify"]["tampered"] for ran in (first, again)] == [["test_calc.py"], ["test_calc.py"]]
    assert (first.code, again.code) == (4, 4)


@pytest.mark.parametrize(("said", "approved"), [("Yes. It adds.", True), ("No: it takes away.", False), ("Hm.", None)])
def test_a_reviewer_reads_the_diff_where_nothing_can_be_run(repo: Path, said: str, approved: bool | None) -> None:
    (repo / "test_calc.py").unlink()
    patch = "*** Begin Patch\n*** Update File: calc.py\n-def add(a, b): return a - b\n+def add(a, b): return a + b\n"
    work = [Said(calls=(Asked("patch", {"input": patch + "*** End Patch"}),)), Said("Done.")]
    with Loopback(work) as server, Loopback([Said(said)]) as reviewer:
        configure(
            '[router]\nreviewer = "claude-sonnet-5-5"\n'
            + endpoint_settings(server.endpoint("openai-chat"), name="work", models='["gpt-*"]')
            + endpoint_settings(reviewer.endpoint("anthropic"), name="review", models='["claude-*"]')
        )
        words = ("exec", "-m", "gpt-6.1-sol", "--auto", "low", "--verify", "auto", "-o", "json", "add must add")
        ran = droidlite(*words, cwd=repo)
    (asked,) = reviewer.requests
    assert "+def add(a, b): return a + b" in json.dumps(asked.json)
    review = ran.result["verify"]["review"]
    assert (ran.code, review["model"], review["approved"]) == (0, "claude-sonnet-5-5", approved)
    assert ran.result["model_usage"]["claude-sonnet-5-5"]["cost_usd"] > 0


def test_the_rounds_of_a_check_count_as_turns_of_the_run(repo: Path, home: Path) -> None:
    with Loopback(lambda body, n: Said(f"Done {n}.")) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        words = ("-m", "claude-sonnet-5-5", "--auto", "low", "--max-turns", "1", "--verify", "false")
        ran = droidlite("exec", *words, "-o", "json", "go", cwd=repo)
    assert (ran.code, ran.result["subtype"]) == (3, "error_max_turns")
    assert len(server.requests) == 2  # one, and the closing summary


def test_a_repositorys_own_check_waits_for_trust_whatever_runs_unasked(repo: Path, home: Path) -> None:
    (repo / ".droidlite").mkdir()
    (repo / ".droidlite" / "config.toml").write_text('verify = "touch ran"\n')
    script = write_script(repo.parent / "script", [DONE])
    words = ("exec", "-m", "scripted", "-o", "json", "--auto", "high", "go")
    ran = droidlite(*words, cwd=repo, env=script)
    assert (ran.code, ran.result["verify"], (repo / "ran").exists()) == (0, None, False)
    told = "warning: This repository is not trusted. Not used: .droidlite/config.toml: verify. Look at it, then: "
    assert told + "droidlite trust add, or --trust for one run.\n" in ran.err
    ran = droidlite(*words, "--trust", cwd=repo, env=script)
    assert (ran.code, ran.result["verify"]["command"], (repo / "ran").exists()) == (0, "touch ran", True)


def test_the_tests_that_settings_find_wait_for_trust_and_those_of_the_run_do_not(repo: Path, home: Path) -> None:
    (repo / "conftest.py").write_text("import pathlib\npathlib.Path('ran').touch()\n")
    configure('verify = "auto"\n')
    env = environment_of_checks() | write_script(repo.parent / "script", [DONE])
    words = ("exec", "-m", "scripted", "-o", "json", "--auto", "low", "go")
    ran = droidlite(*words, cwd=repo, env=env)
    assert (ran.code, ran.result["verify"], (repo / "ran").exists()) == (0, None, False)
    assert "This repository is not trusted. Not used: verify = auto of " in ran.err
    assert droidlite("trust", "add", cwd=repo).code == 0
    assert droidlite(*words, cwd=repo, env=env).result["verify"]["command"].endswith("pytest -q")
    assert (repo / "ran").exists()


def test_a_check_that_passes_though_nothing_was_changed_proves_nothing(repo: Path) -> None:
    ran = run(repo, "true", DONE)
    told = ran.result["verify"]
    assert (ran.code, told["passed"], told["unproven"]) == (0, True, True)
    assert told["reason"] == "Nothing was changed, so it passes as it was: there was nothing to verify."
    assert told["reason"] in ran.err


def test_doctor_tells_of_a_check_that_cannot_run(repo: Path, home: Path) -> None:
    configure('verify = "no-such-program -q"\n')
    found = {each["name"]: each for each in json.loads(droidlite("doctor", "--json", cwd=repo).out)}
    assert found["verify"]["state"] == "problem"
    assert "there is no program no-such-program on the PATH" in found["verify"]["detail"]
