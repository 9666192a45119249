"""--ledger through the true binary: processes side by side spend one cap; one that cannot be used stops them."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from binary import BINARY, call, configure, droidlite
from terminal import Terminal

from droidlite.session.book import LedgerBegun
from droidlite.session.ledger import Ledger
from droidlite.session.lines import lay_out

REPLY = {"calls": [call("glob", pattern="*")], "usage": {"input": 1_000, "output": 900}}
PRICED = """
[[models]]
id = "priced"
provider = "here"
price = { input = 1.0, output = 10.0 }
context = 32000
max_output = 2000
[[endpoints]]
name = "here"
protocol = "scripted"
base_url = "%s"
models = ["priced"]
"""
"""A reply costs a cent."""


@pytest.fixture
def words(tmp_path: Path) -> tuple[str, ...]:
    script = tmp_path / "script"
    script.write_text(json.dumps(REPLY) + "\n" + json.dumps({**REPLY, "calls": [], "text": "Done."}) + "\n")
    configure(PRICED % script)
    return ("exec", "-m", "priced", "-o", "json", "go")


def test_runs_side_by_side_spend_one_cap(folder: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    ledger = tmp_path / "ledger"
    together = [
        subprocess.Popen(
            [*BINARY, *words, "--ledger", str(ledger), "--max-cost", "0.07"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    ended = [process.communicate(timeout=60) for process in together]
    results = [json.loads(out) for out, _ in ended]
    assert {process.returncode for process in together} == {0, 3}, ended
    spent = sum(result["total_cost_usd"] for result in results)
    told = json.loads(droidlite("stats", "--ledger", str(ledger), "--json", cwd=folder).out)
    assert 0.02 <= spent <= 0.07
    assert (round(told["spent_usd"], 6), told["cap_usd"], told["open"]) == (round(spent, 6), 0.07, 0)
    assert len(told["sessions"]) >= 1
    assert all(result["ledger"]["file"] == str(ledger) for result in results)


def test_the_summary_tells_what_is_left_and_an_empty_ledger_sends_nothing(
    folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    env = {"DROIDLITE_LEDGER": str(tmp_path / "ledger")}
    text = tuple("text" if word == "json" else word for word in words)
    first = droidlite(*text, "--max-cost", "0.06", cwd=folder, env=env)
    assert (first.code, first.out) == (0, "Done.\n"), first.err
    assert f"ledger  of the shared ledger {tmp_path / 'ledger'}: $0.0200 of $0.0600" in first.err
    codes = [droidlite(*words, cwd=folder, env=env) for _ in range(3)]
    assert codes[-1].code == 3
    assert (
        codes[-1]
        .result["result"]
        .endswith(
            f"of the $0.0600 cap of the shared ledger {tmp_path / 'ledger'} is left. Nothing was sent; begin another "
            "ledger to go on."
        )
    )
    shown = droidlite("stats", "--ledger", str(tmp_path / "ledger"), cwd=folder)
    assert shown.out.splitlines()[0].startswith(f"Spent of the shared ledger {tmp_path / 'ledger'}: $0.0")


def test_a_person_is_told_whose_cap_it_is_and_not_asked_to_raise_it(
    folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    ledger = Ledger.open(tmp_path / "ledger", cap_usd=0.06)
    ledger.settle(ledger.reserve("m", lambda left: 0.055), 0.055)
    ledger.close()
    with Terminal("-m", "priced", "--ledger", str(tmp_path / "ledger"), cwd=folder) as terminal:
        terminal.sees("autonomy low")
        terminal.type("/cost\r")
        terminal.sees(f"of the shared ledger {tmp_path / 'ledger'}: $0.0550 of $0.0600")
        terminal.type("go\r")
        terminal.sees("begin another ledger to go on")
        assert "Raisethecap" not in terminal.seen
        assert terminal.leaves() == 0


def test_what_a_tool_starts_draws_on_the_same_ledger(folder: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    script = tmp_path / "script"
    shell = {"calls": [call("shell", command="echo $DROIDLITE_LEDGER > told")]}
    script.write_text(json.dumps(shell) + "\n" + json.dumps({"text": "Done."}) + "\n")
    ledger = tmp_path / "ledger"
    ran = droidlite(*words, "--auto", "high", "--ledger", str(ledger), "--max-cost", "1", cwd=folder)
    assert (ran.code, (folder / "told").read_text()) == (0, f"{ledger}\n"), ran.err


@pytest.mark.parametrize("flags", [("--max-cost", "9"), ()])
def test_what_a_command_starts_begins_no_ledger_in_place_of_one_it_cannot_reach(
    flags: tuple[str, ...], folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    env = {"DROIDLITE_LEDGER": str(tmp_path / "ledger"), "DROIDLITE_CALL": "0.1"}
    ran = droidlite(*words, *flags, cwd=folder, env=env)
    assert (ran.code, ran.out, (tmp_path / "ledger").exists()) == (2, "", False)
    assert ran.err == (
        f"droidlite: The ledger {tmp_path / 'ledger'} is out of reach of this run (No such file or directory): a "
        "command of another droidlite started it, and from its sandbox what that one shares cannot be changed. Let the "
        "command run outside it (sandbox.outside), or name the file in sandbox.write.\n"
    )


def directory(path: Path) -> None:
    path.mkdir()


def other_file(path: Path) -> None:
    path.write_text("notes\n")


def newer(path: Path) -> None:
    path.write_bytes(lay_out(1, LedgerBegun(format=7, cap_usd=1.0)))


def damaged(path: Path) -> None:
    newer(path)
    path.write_bytes(path.read_bytes().replace(b'"format":7', b'"format":1'))


@pytest.mark.parametrize(
    ("make", "flags", "said"),
    [
        (directory, ("--max-cost", "1"), "cannot be used: Is a directory."),
        (other_file, ("--max-cost", "1"), "is not a ledger of droidlite"),
        (newer, ("--max-cost", "1"), "was written by a newer droidlite (ledger format 7; this one reads up to 1)."),
        (damaged, ("--max-cost", "1"), "is not a ledger of droidlite"),
        (lambda path: None, (), "is begun by the first run that names it, with a cap: add --max-cost USD."),
    ],
)
def test_a_ledger_that_cannot_be_used_is_told_in_one_sentence(
    make: Callable[[Path], None],
    flags: tuple[str, ...],
    said: str,
    folder: Path,
    tmp_path: Path,
    words: tuple[str, ...],
) -> None:
    make(tmp_path / "ledger")
    ran = droidlite(*words, *flags, "--ledger", str(tmp_path / "ledger"), cwd=folder)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err
    assert not (Path(os.environ["DROIDLITE_HOME"]) / "state" / "sessions").exists()
