"""Standard streams that are closed, full, silent or endless; arguments and folders that are not what they should be."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from binary import BINARY, Ran, call, droidlite, write_script

FULL = "The output cannot be written: No space left on device. Free some space, or send it elsewhere."


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return write_script(tmp_path / "s.jsonl", [{"text": "Fine."}])


def through_shell(line: str, *words: str | bytes, cwd: Path, env: dict[str, str], seconds: float = 60) -> Ran:
    """Runs a line of bash in which "$@" is droidlite with `words`."""
    ran = subprocess.run(
        ["bash", "-c", line, "bash", *BINARY, *words],
        cwd=cwd, env={**os.environ, **env}, capture_output=True, check=False, timeout=seconds,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout.decode(errors="replace"), ran.stderr.decode(errors="replace"))


@pytest.mark.parametrize("words", [["exec", "x"], ["models"], ["--version"], ["sessions"]], ids=" ".join)
def test_a_closed_output_is_told_before_anything_runs(words: list[str], folder: Path, env: dict[str, str]) -> None:
    ran = through_shell('exec "$@" >&-', *words, cwd=folder, env=env)
    assert (ran.code, ran.err) == (1, "droidlite: Standard output is closed: there is nowhere to put the answer.\n")
    assert json.loads(droidlite("sessions", "--json", cwd=folder).out) == []


def test_without_a_standard_error_the_answer_comes_all_the_same(folder: Path, env: dict[str, str]) -> None:
    ran = through_shell('exec "$@" 2>&-', "exec", "x", cwd=folder, env=env)
    assert (ran.code, ran.out) == (0, "Fine.\n")


def test_progress_that_cannot_be_written_costs_no_answer(folder: Path, env: dict[str, str]) -> None:
    ran = through_shell('exec "$@" 2>/dev/full', "exec", "x", cwd=folder, env=env)
    assert (ran.code, ran.out) == (0, "Fine.\n")


def test_without_a_standard_input_the_prompt_is_enough(folder: Path, env: dict[str, str]) -> None:
    ran = through_shell('exec "$@" <&-', "exec", "x", cwd=folder, env=env)
    assert (ran.code, ran.out) == (0, "Fine.\n")


@pytest.mark.parametrize(
    "words",
    [["exec", "x"], ["exec", "-o", "json", "x"], ["exec", "-o", "stream-json", "x"], ["models"], ["models", "--json"],
     ["--version"], ["--help"], ["exec", "--help"], ["doctor"]],
    ids=" ".join,
)  # fmt: skip
def test_a_full_output_is_one_sentence(words: list[str], folder: Path, env: dict[str, str]) -> None:
    ran = through_shell('exec "$@" >/dev/full', *words, cwd=folder, env=env)
    assert (ran.code, [line for line in ran.err.splitlines() if line.startswith("droidlite: ")]) == (
        1,
        [f"droidlite: {FULL}"],
    )
    assert "Exception ignored" not in ran.err
    assert "Traceback" not in ran.err


def test_a_prompt_that_is_not_utf_8_is_read_as_far_as_it_can_be(folder: Path, env: dict[str, str]) -> None:
    ran = through_shell('exec "$@"', "exec", b"caf\xe9 \xff?", cwd=folder, env=env)
    assert (ran.code, ran.out) == (0, "Fine.\n")
    listed = json.loads(droidlite("sessions", "--json", cwd=folder).out)
    assert [row["title"] for row in listed] == ["caf\ufffd \ufffd?"]


@pytest.mark.parametrize("flag", ["--verify", "-m", "--append-system-prompt", "--allowed-tools", "-r"])
def test_other_arguments_must_be_utf_8(flag: str, folder: Path, env: dict[str, str]) -> None:
    ran = through_shell('exec "$@"', "exec", flag, b"\xff", "x", cwd=folder, env=env)
    assert (ran.code, ran.out, ran.err) == (2, "", f"droidlite: What follows {flag} is not UTF-8 text.\n")


@pytest.mark.parametrize("words", [["exec", "x"], ["models"], ["sessions"], ["doctor"], ["route", "x"]], ids=" ".join)
def test_a_working_folder_that_is_gone(words: list[str], folder: Path, tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "gone").mkdir()
    ran = through_shell(f'cd "{tmp_path}/gone" && rmdir "{tmp_path}/gone" && exec "$@"', *words, cwd=folder, env=env)
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "droidlite: The folder you are in is gone; go to one that exists, or name one with -C.\n",
    )


def test_no_space_anywhere_is_one_sentence(folder: Path, env: dict[str, str]) -> None:
    ran = through_shell(
        'ulimit -f 0; trap "" XFSZ; exec "$@" 2>&1 | cat', "exec", "-o", "json", "x", cwd=folder, env=env
    )
    (told,) = [line for line in ran.out.splitlines() if line.startswith("droidlite: ")]
    assert "It cannot be kept in a temporary folder either" in told
    assert json.loads(ran.out.splitlines()[0])["exit_code"] == 1


def test_timeout_covers_standard_input(folder: Path, env: dict[str, str]) -> None:
    words = [*BINARY, "exec", "--timeout", "1", "-o", "json", "x"]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(words, cwd=folder, env={**os.environ, **env}, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"hi\n")
        process.stdin.flush()  # and never closed
        assert process.wait(50) == 124
        result = json.loads(process.stdout.read())
    assert (result["subtype"], result["exit_code"]) == ("error_timeout", 124)
    assert result["result"] == "Stopped after 1 seconds (--timeout): standard input had not ended."


def test_an_endless_standard_input_is_refused(folder: Path, env: dict[str, str]) -> None:
    ran = through_shell('yes | "$@"', "exec", "x", cwd=folder, env=env)
    said = "droidlite: Standard input carries more than 10 MB, more than any model reads; name a file in the prompt.\n"
    assert (ran.code, ran.out, ran.err) == (2, "", said)


def test_an_endless_file_is_refused(folder: Path, env: dict[str, str]) -> None:
    ran = droidlite("exec", "-f", "/dev/zero", cwd=folder, env=env)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("droidlite: -f /dev/zero carries more than 10 MB")


@pytest.mark.parametrize("value", ["inf", "nan", "1e12", "0", "-1"])
def test_a_timeout_out_of_bounds(value: str, folder: Path, env: dict[str, str]) -> None:
    ran = droidlite("exec", "--timeout", value, "x", cwd=folder, env=env)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"droidlite: --timeout must be above 0 and at most 2592000 seconds (30 days); it is {float(value):g}.\n"
    )


def test_a_tool_call_counts_the_timeout_from_the_start(folder: Path, tmp_path: Path) -> None:
    steps = [{"calls": [call("shell", command="sleep 60")]}, {"text": "late"}]
    env = write_script(tmp_path / "s.jsonl", steps)
    ran = through_shell(
        '(sleep 0.5; echo hi) | "$@"',
        "exec",
        "--auto",
        "high",
        "--timeout",
        "2",
        "-o",
        "json",
        "x",
        cwd=folder,
        env=env,
    )
    assert (ran.code, json.loads(ran.out)["result"]) == (124, "Stopped after 2 seconds (--timeout).")
