"""scripts/attack itself: it counts, names what got through, says what was not tried, and its exit code tells."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from attacking import machine

SCRIPT = Path(__file__).parents[1] / "scripts" / "attack"
HELD = """
SECTION = "doors"
MECHANISM = "a lock"

def attempts(*, quick):
    yield "knock", False
    if not quick:
        yield "kick", False

def untried():
    return ["windows: this house has none"]

def asked():
    return 1, 4
"""
FALLEN = """
SECTION = "gates"

def MECHANISM():
    return "a bolt"

def attempts(*, quick):
    for number in range(12):
        yield f"push {number}", True
"""
BROKEN = """
SECTION = "walls"
MECHANISM = "stone"

def attempts(*, quick):
    yield "climb", False
    raise OSError("no ladder")
"""


def attack(folder: Path, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, str(SCRIPT), "--folder", str(folder), *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def test_what_held_is_a_line_and_what_was_not_tried_is_said(tmp_path: Path) -> None:
    (tmp_path / "attack_doors.py").write_text(HELD)
    told = f"""doors: 2 tried, 0 succeeded, a lock, {machine()}
  asked needlessly: 1 of 4 (25.0%)
  not tried: windows: this house has none
"""
    assert attack(tmp_path) == (0, told, "")
    assert attack(tmp_path, "--quick") == (0, told.replace("2 tried", "1 tried"), "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FALLEN, "12 tried, 12 succeeded, a bolt"),
        (BROKEN, "1 tried, 0 succeeded, stone"),
        ("import nothing_like_it", "0 tried, 0 succeeded, no mechanism"),
    ],
)
def test_what_fell_or_broke_exits_1(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "attack_a.py").write_text(text)
    (tmp_path / "attack_b.py").write_text(HELD)
    code, out, err = attack(tmp_path)
    assert (code, err, told in out, "doors: 2 tried" in out) == (1, "", True, True)
    assert "SUCCEEDED: push 9\n  and 2 more" in out or "BROKEN, not tried to its end: " in out


def test_sections_can_be_named_and_told_as_json(tmp_path: Path) -> None:
    (tmp_path / "attack_a.py").write_text(FALLEN)
    (tmp_path / "attack_b.py").write_text(HELD)
    code, out, _ = attack(tmp_path, "b", "--json")
    assert code == 0
    assert json.loads(out) == {
        "section": "doors",
        "mechanism": "a lock",
        "tried": 2,
        "succeeded": [],
        "untried": ["windows: this house has none"],
        "asked": [1, 4],
        "broken": "",
        "where": machine(),
    }
    assert attack(tmp_path, "c") == (2, "", "There is no section 'c'; there are: a, b.\n")
