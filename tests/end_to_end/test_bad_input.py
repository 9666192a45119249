"""Bad input gets one clear sentence, the documented exit code and no traceback; nothing is lost."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from binary import BINARY, call, configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said


def sentence(err: str) -> str:
    """The one line a person is shown."""
    (line,) = err.splitlines()
    return line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["exec", "--modle", "x"], "No such option: --modle. Did you mean --model?"),
        (["exec", "--verify", "", "x"], "--verify is empty; name a command, auto, or leave the flag out."),
        (["exec", "-C", "", "x"], "-C is empty; name a folder, or leave the flag out."),
        (["--add-dir= ", "x"], "--add-dir is empty; name a folder, or leave the flag out."),
        (["exec", "--ledger", "", "x"], "--ledger is empty; name a file, or leave the flag out."),
        (["exec", "--allowed-tools", "", "x"], "--allowed-tools is empty; name tools, or leave the flag out."),
        (["exec", "--disallowed-tools=,", "x"], "--disallowed-tools is empty; name tools, or leave the flag out."),
        (["--verify= ", "x"], "--verify is empty; name a command, auto, or leave the flag out."),
        (["router"], "droidlite router needs one of its commands: "),
        (
            ["route", "--router", "all", "x"],
            "droidlite: --router all: one of cost, balanced, quality is wanted.",
        ),
        (["exec", "-p"], "There is no prompt."),
        (["exec", "-o", "xml", "x"], "droidlite: -o xml: one of text, json, stream-json is wanted."),
        (["exec", "--max-cost", "much", "x"], "droidlite: --max-cost much: an amount in USD is wanted, such as 0.50."),
        (["exec", "--max-budget-usd=$1", "x"], "--max-budget-usd $1: an amount in USD is wanted, such as 0.50."),
        (["exec", "--max-turns", "1.5", "x"], "--max-turns 1.5: a whole number from 1 on is wanted, such as 20."),
        (["exec", "--max-turns", "0", "x"], "--max-turns 0: a whole number from 1 on is wanted, such as 20."),
        (["exec", "--timeout", "soon", "x"], "--timeout soon: a number of seconds is wanted, such as 600."),
        (["--timeout", "soon"], "--timeout soon: a number of seconds is wanted, such as 600."),
        (["router", "eval", "--folds", "1"], "--folds 1: a whole number from 2 on is wanted, such as 5."),
        (["exec", "--max-cost", "-1", "x"], "--max-cost must be an amount above 0 in USD, such as 0.50; it is -1."),
        (["exec", "--max-cost", "nan", "x"], "--max-cost must be an amount above 0 in USD"),
        (["exec", "-C", "nowhere", "x"], "-C nowhere: there is no such folder."),
        (["exec", "-f", "nowhere"], "-f nowhere: it cannot be read: No such file or directory."),
        (["exec", "-f", "."], "-f .: it cannot be read: Is a directory."),
        (["exec"], "There is no prompt."),
        (
            ["exec", "-r", "fix it"],
            "There is no prompt: -r took 'fix it' for the ID of a session. Put the prompt before",
        ),
        (["exec", "fix", "it"], 'quote it: droidlite exec "fix it". See `droidlite exec --help`.'),
        (["-m", "x", "exec", "hi"], "The command comes first, its flags behind it: droidlite exec ..., not"),
        (["exec", "-r", "zzz", "x"], "There is no session 'zzz'."),
        (["exec", "-c", "x"], "There is no session of"),
        (["exec", "-m", "claude-sonet-5-5", "x"], 'Unknown model "claude-sonet-5-5". Nearest: claude-sonnet-5-5'),
        (["modles"], "There is no command 'modles'; did you mean `droidlite models`?"),
        (["modles", "--json"], "There is no command 'modles'; did you mean `droidlite models --json`?"),
        (["session", "list"], "There is no command 'session'; did you mean `droidlite sessions list`?"),
        (["mcp"], 'There is no `droidlite mcp` yet. If it is a prompt: droidlite exec "mcp"'),
        (["mission", "list"], "There is no `droidlite mission` yet."),
        (
            ["exec", "--fork", "x"],
            "--fork goes on with a copy: say of which session, with -c (the newest here) or -r ID.",
        ),
        (["exec", "--add-dir", "nowhere", "x"], "--add-dir nowhere: there is no such folder."),
        (
            ["exec", "--allowed-tools", "reed,grep", "x"],
            "--allowed-tools reed: there is no such tool; did you mean read?",
        ),
        (["exec", "--disallowed-tools", "zz*", "x"], "--disallowed-tools zz*: there is no such tool; there are read, "),
        (["sessions", "list", "till"], "sessions list takes no words; try: droidlite sessions search till."),
        (["sessions", "search"], "sessions search needs words: droidlite sessions search parser dates."),
        (["sessions", "rm", "a", "b"], "sessions rm takes one ID; 'a b' are 2."),
        (["sessions", "show"], "sessions show needs the ID of a session; `droidlite sessions` lists them."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_usage(words: list[str], said: str, folder: Path) -> None:
    ran = droidlite(*words, cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    assert said in sentence(ran.err)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('modle = "x"\n', 'config.toml:1: modle: '),
        ("model = \n", "config.toml:1"),
        ('[router]\nmode = "best"\n', "config.toml:2: router.mode: "),
        ('model = "auto"\n[[endpoints]]\nname = "a"\nprotocol = "smoke"\n', "config.toml:4: endpoints[0].protocol: "),
        ("max_cost_usd = 0\n", "config.toml:1: max_cost_usd: "),
    ],
)  # fmt: skip
def test_malformed_settings_name_file_line_and_key(text: str, said: str, folder: Path) -> None:
    configure(text)
    ran = droidlite("exec", "x", cwd=folder)
    assert (ran.code, ran.out) == (2, "")
    assert said in sentence(ran.err)


def test_a_malformed_policy_fails_closed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text('[models]\nalow = ["x"]\n')
    ran = droidlite("exec", "x", cwd=folder, env={"DROIDLITE_POLICY": str(tmp_path / "policy.toml")})
    assert (ran.code, ran.out) == (77, "")
    assert "policy.toml:2: models.alow: " in sentence(ran.err)


def test_a_denied_model_is_refused_with_the_line_that_denies_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text('[models]\ndeny = ["claude-*"]\n')
    ran = droidlite(
        "exec", "-m", "sonnet", "x", cwd=folder,
        env={"DROIDLITE_POLICY": str(tmp_path / "policy.toml"), "ANTHROPIC_API_KEY": "test-key-123456"},
    )  # fmt: skip
    assert (ran.code, ran.out) == (77, "")
    assert "denied by policy" in sentence(ran.err)
    assert "policy.toml:2" in sentence(ran.err)


def test_a_missing_key_names_the_variable_and_where_to_get_one(folder: Path) -> None:
    ran = droidlite("exec", "-m", "claude-sonnet-5-5", "x", cwd=folder)
    assert (ran.code, sentence(ran.err)) == (
        2,
        "droidlite: claude-sonnet-5-5 cannot be used: no key: set ANTHROPIC_API_KEY, from console.anthropic.com.",
    )


def test_an_unpriced_model_under_a_cap_is_refused_before_any_request(folder: Path) -> None:
    configure(
        '[[endpoints]]\nname = "mine"\nprotocol = "openai-chat"\nbase_url = "http://127.0.0.1:1/v1"\n'
        'models = ["house-model"]\n[[models]]\nid = "house-model"\n'
    )
    ran = droidlite("exec", "-m", "house-model", "--max-cost", "1", "x", cwd=folder)
    assert ran.code == 2
    assert "The price of house-model is not known, so --max-cost cannot be held." in sentence(ran.err)


def test_a_folder_that_is_no_repository_works_and_says_what_is_off(tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "Fine."}])
    ran = droidlite("exec", "x", cwd=tmp_path, env=env)
    assert (ran.code, ran.out) == (0, "Fine.\n")
    assert f"{tmp_path} is not a git repository" in ran.err


def test_a_terminal_that_is_none(folder: Path, tmp_path: Path) -> None:
    ran = droidlite(cwd=folder, env=write_script(tmp_path / "s.jsonl", [{"text": "Fine."}]))
    assert (ran.code, ran.out) == (2, "")
    assert "terminal" in sentence(ran.err)
    assert "droidlite exec" in sentence(ran.err)


def test_a_broken_script_names_file_and_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text('{"text": "a"}\n{"txet": "b"}\n')
    ran = droidlite("exec", "x", cwd=folder, env={"DROIDLITE_SCRIPT": str(tmp_path / "s.jsonl")})
    assert ran.code == 2
    assert f"{tmp_path / 's.jsonl'}:2" in sentence(ran.err)


def test_a_home_that_cannot_be_written_works_and_says_what_is_lost(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("read", file_path="a.txt")]}, {"text": "Fine."}])
    (folder / "a.txt").write_text("a")
    ran = droidlite("exec", "x", cwd=folder, env={**env, "DROIDLITE_HOME": str(tmp_path / "file" / "home")})
    assert (ran.code, ran.out) == (0, "Fine.\n")
    assert "warning" in ran.err


def test_a_full_disk_is_told_and_what_was_kept_stays(folder: Path, tmp_path: Path) -> None:
    """A limit on file size stands in for the full disk: the kernel refuses the journal's next write."""
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command="seq 200000")]}] * 9)
    shell = 'ulimit -f 40; trap "" XFSZ; exec "$@"'
    ran = subprocess.run(
        ["bash", "-c", shell, "bash", *BINARY, "exec", "--auto", "high", "-o", "json", "x"],
        cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr
    assert ran.returncode == 1, ran.stderr
    result = json.loads(ran.stdout.splitlines()[-1])
    assert result["subtype"] == "error_during_execution"
    assert "cannot be written" in result["result"] or "could not be" in result["result"], result["result"]
    listed = droidlite("sessions", "--json", cwd=folder)
    assert [row["turns"] for row in json.loads(listed.out)] == [1]


@pytest.mark.parametrize(
    ("name", "content", "steps", "said"),
    [
        ("bin.dat", b"\x00\x01\x02", [call("read", file_path="bin.dat")], "binary"),
        ("twice.py", b"a = 1\na = 1\n", [call("read", file_path="twice.py"),
            call("edit", file_path="twice.py", old_string="a = 1", new_string="a = 2")], "2"),
        ("dir/x", b"", [call("read", file_path="dir")], "folder"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_as_asked(
    name: str, content: bytes, steps: list[dict], said: str, folder: Path, tmp_path: Path
) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    env = write_script(tmp_path / "s.jsonl", [*({"calls": [step]} for step in steps), {"text": "Fine."}])
    ran = droidlite("exec", "--auto", "low", "-o", "stream-json", "x", cwd=folder, env=env)
    finished = [json.loads(line) for line in ran.out.splitlines() if '"call_finished"' in line]
    assert ran.code == 0
    assert finished[-1]["is_error"]
    assert said in finished[-1]["content"]
    assert (folder / name).read_bytes() == content


def test_crlf_and_foreign_encodings_are_kept(folder: Path, tmp_path: Path) -> None:
    (folder / "dos.txt").write_bytes(b"one\r\nz\xe9ro\r\nthree\r\n")
    steps = [
        {"calls": [call("read", file_path="dos.txt")]},
        {"calls": [call("edit", file_path="dos.txt", old_string="three", new_string="drei")]},
        {"text": "Fine."},
    ]
    ran = droidlite("exec", "--auto", "low", "x", cwd=folder, env=write_script(tmp_path / "s.jsonl", steps))
    assert ran.code == 0
    assert (folder / "dos.txt").read_bytes() == b"one\r\nz\xe9ro\r\ndrei\r\n"


def test_a_command_that_never_ends_is_stopped_at_its_limit(folder: Path, tmp_path: Path) -> None:
    steps = [{"calls": [call("shell", command="sleep 100", timeout=1)]}, {"text": "Fine."}]
    ran = droidlite(
        "exec", "--auto", "high", "-o", "stream-json", "x", cwd=folder, env=write_script(tmp_path / "s.jsonl", steps)
    )
    assert ran.code == 0
    assert "stopped after its 1 s" in ran.out


def test_a_link_out_of_the_root_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret-content")
    (folder / "link").symlink_to(tmp_path / "secret")
    steps = [{"calls": [call("read", file_path="link")]}, {"text": "Fine."}]
    ran = droidlite("exec", "-o", "stream-json", "x", cwd=folder, env=write_script(tmp_path / "s.jsonl", steps))
    assert ran.code == 0
    assert "secret-content" not in ran.out


def test_settings_saved_with_a_byte_order_mark_are_read(folder: Path, tmp_path: Path) -> None:
    configure('\ufeffmodel = "scripted"\n')
    ran = droidlite("exec", "x", cwd=folder, env=write_script(tmp_path / "s.jsonl", [{"text": "Fine."}]))
    assert (ran.code, ran.out) == (0, "Fine.\n")


def test_aliases_in_a_circle_are_told(folder: Path) -> None:
    configure('model = "a"\n[aliases]\na = "b"\nb = "a"\n')
    ran = droidlite("exec", "x", cwd=folder)
    said = (
        'The alias "a" leads back to itself (a, b, a); let one of them name a model, under [aliases] in the settings.'
    )
    assert (ran.code, sentence(ran.err)) == (2, f"droidlite: {said}")


def test_a_small_cap_is_told_with_all_its_digits(folder: Path) -> None:
    with Loopback([Said("Fine.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        ran = droidlite("exec", "-m", "claude-sonnet-5", "--max-cost", "0.001", "-o", "json", "x", cwd=folder)
    assert ran.code == 3
    assert "$0.0010 of the $0.0010 cap is left" in ran.result["result"]


def test_a_model_of_openrouter_that_is_in_no_table_is_passed_on(folder: Path) -> None:
    key = {"OPENROUTER_API_KEY": "test-key-0123456789"}
    ran = droidlite("exec", "-m", "openrouter/vendor/model-x", "--max-cost", "1", "x", cwd=folder, env=key)
    assert ran.code == 2
    assert "The price of openrouter/vendor/model-x is not known" in sentence(ran.err)
    ran = droidlite("exec", "-m", "openrouter/no-vendor", "x", cwd=folder, env=key)
    assert 'Unknown model "openrouter/no-vendor"' in sentence(ran.err)


def test_a_cap_says_before_the_first_call_that_it_is_small_and_at_the_end_why_it_stopped(folder: Path) -> None:
    with Loopback([Said("Done.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic"), models='["claude-opus-4-8"]'))
        ran = droidlite("exec", "--max-cost", "0.005", "-o", "json", "fix the failing test", cwd=folder)
    assert (ran.code, ran.result["subtype"], server.requests) == (3, "error_max_cost", [])
    warned, ended = (line for line in ran.err.splitlines() if "--max-cost" in line)
    assert re.fullmatch(
        r"warning: --max-cost \$0.005 is far below the \$\d+\.\d\d this plan is expected to cost\.", warned
    )
    assert ended.endswith(f"error_max_cost: {ran.result['stopped']}")
    assert ran.result["stopped"].startswith("The next call of claude-opus-4-8 could cost $0.")


def test_why_a_cap_ended_the_run_is_told_beside_its_closing_summary(folder: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s", [{"calls": [call("glob", pattern="*")]}, {"text": "So far."}])
    ran = droidlite("exec", "--max-turns", "1", "-m", "scripted", "look", cwd=folder, env=env)
    assert (ran.code, ran.out) == (3, "So far.\n")
    assert ran.err.splitlines()[-2] == "error_max_turns: Stopped after turn 1."
    assert ran.err.splitlines()[-1].endswith(" · error_max_turns")
