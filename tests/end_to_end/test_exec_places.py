"""droidlite exec wherever it may run: a terminal, CI, a pipe somebody closes, no terminal at all, locales of old."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from binary import BINARY, call, droidlite, write_script
from terminal import DEADLINE, Terminal

LAST = "SCRIPTED · scripted · $0.00 · A script was named; scripted replays it, no model is asked · 2 turns"
ANSWER = "Größe → „42“ 日"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    steps = [{"text": "I look.", "calls": [call("shell", command="cat fifo")]}, {"text": ANSWER}]
    return write_script(tmp_path / "s.jsonl", steps)


@pytest.fixture
def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "fifo")
    return folder / "fifo"


def test_on_a_terminal_what_runs_is_counted_and_the_last_line_fits(
    folder: Path, fifo: Path, env: dict[str, str]
) -> None:
    with Terminal("exec", "look", cwd=folder, env=env, columns=80) as terminal:
        terminal.sees("shell  cat fifo · ")
        fifo.write_text("go on\n")
        assert terminal.process.wait(DEADLINE) == 0
        terminal.sees("success")
        lines = terminal.written.replace("\r\n", "\n").splitlines()
    assert "\x1b[K" in terminal.written
    assert lines[-3:-1] == [ANSWER, ""]
    assert lines[-1].startswith("SCRIPTED · scripted · $0.00 · A script was named; scri")
    assert lines[-1].endswith(" · success")
    assert len(lines[-1]) <= 80


@pytest.mark.parametrize("kept", ["CI=1", "TERM=dumb", "NO_COLOR=1"])
def test_where_a_terminal_is_kept_as_text_it_gets_text(
    kept: str, folder: Path, fifo: Path, env: dict[str, str]
) -> None:
    name, _, value = kept.partition("=")
    with Terminal("exec", "look", cwd=folder, env=env | {name: value}, columns=120) as terminal:
        terminal.sees("A script was named")
        fifo.write_text("go on\n")
        assert terminal.process.wait(DEADLINE) == 0
        terminal.sees("success")
        written = terminal.written.replace("\r\n", "\n")
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", written) == []
    assert written.splitlines()[-1].startswith(LAST)


@pytest.mark.parametrize("form", ["text", "stream-json"])
def test_in_a_log_there_are_lines_and_nothing_else(form: str, folder: Path, tmp_path: Path) -> None:
    text = "\x1b[2J\x1b]0;title\x07 done \r\n now"
    red = call("shell", command="printf '\\033[31mred'; false")
    env = write_script(tmp_path / "s.jsonl", [{"calls": [red]}, {"text": text}])
    ran = droidlite("exec", "-o", form, "look", cwd=folder, env=env | {"CI": "true"})
    assert ran.code == 0
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", ran.out + ran.err) == []
    last = ran.err.splitlines()[-1]
    assert (last.startswith(LAST), len(last) <= 120) == (True, True)


def test_no_terminal_at_all(folder: Path, fifo: Path, env: dict[str, str]) -> None:
    """As a service or a cron job runs: a session of its own, nothing on standard input."""
    with subprocess.Popen(
        [*BINARY, "exec", "look"], cwd=folder, env={**os.environ, **env, "TERM": ""}, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        fifo.write_text("go on\n")
        out, err = process.communicate(timeout=DEADLINE)
    assert (process.returncode, out) == (0, f"{ANSWER}\n")
    assert "\x1b" not in err


@pytest.mark.parametrize(
    ("locale", "answer", "dot"),
    [
        ({"LC_ALL": "xx_YY.nonsense"}, ANSWER, "·"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, 'Gr??e -> "42" ?', "-"),
        ({"PYTHONIOENCODING": "cp437"}, 'Größe -> "42" ?', "·"),
    ],
    ids=str,
)
def test_a_broken_locale_or_an_encoding_of_old(
    locale: dict[str, str], answer: str, dot: str, folder: Path, tmp_path: Path
) -> None:
    (folder / os.fsdecode(b"caf\xe9")).write_text("")
    steps = [{"calls": [call("glob", pattern="*")]}, {"text": ANSWER}]
    env = {**os.environ, **write_script(tmp_path / "s.jsonl", steps), **locale}
    encoding = locale.get("PYTHONIOENCODING", "utf-8")
    text, whole = (
        subprocess.run(
            [*BINARY, "exec", *words, "größe?"], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True,
            check=False,
        )
        for words in ((), ("-o", "json"))
    )  # fmt: skip
    assert (text.returncode, text.stdout.decode(encoding)) == (0, f"{answer}\n")
    assert text.stderr.decode(encoding).splitlines()[-1].startswith(f"SCRIPTED {dot} scripted {dot} $0.00 {dot} ")
    assert json.loads(whole.stdout)["result"] == ANSWER
    titles = json.loads(droidlite("sessions", "--json", cwd=folder).out)
    assert [row["title"] for row in titles] == ["größe?"] * 2


@pytest.mark.parametrize(("form", "code"), [("text", 0), ("stream-json", 1)])
def test_a_reader_that_goes_away_is_no_traceback(
    form: str, code: int, folder: Path, fifo: Path, env: dict[str, str]
) -> None:
    """Both streams go into one pipe, as `2>&1 | head` has it."""
    reading, writing = os.pipe()
    with subprocess.Popen(
        [*BINARY, "exec", "-o", form, "look"], cwd=folder, env={**os.environ, **env},
        stdin=subprocess.DEVNULL, stdout=writing, stderr=writing,
    ) as process:  # fmt: skip
        os.close(writing)
        seen = os.read(reading, 1)
        os.close(reading)
        if form != "stream-json":  # that run is of no use to anybody now, and is stopped
            fifo.write_text("go on\n")
        assert (process.wait(DEADLINE), bool(seen)) == (code, True)
    turns = [row["turns"] for row in json.loads(droidlite("sessions", "--json", cwd=folder).out)]
    assert turns == [1] or form == "stream-json"
