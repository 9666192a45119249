"""Scripts that would measure or try nothing say so, in one sentence, and end with exit code 2."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("chaos", "--faults", "--only", "zzz"), 'chaos: error: no fault\'s name begins with "zzz"; there are: '),
        (("chaos", "--requests", "0"), "chaos: error: argument --requests: must be at least 1, not 0"),
        (("attack", "--folder", "/nonexistent"), "There is no section (attack_*.py) in /nonexistent."),
        (("fuzz", "--seconds", "-1"), "fuzz: error: --seconds must be more than 0"),
        (("fuzz", "--seconds", "1e-9"), "fuzz: error: nothing was tried of "),
    ],
)
def test_nothing_to_do_is_no_success(words: tuple[str, ...], told: str) -> None:
    ran = subprocess.run([sys.executable, SCRIPTS / words[0], *words[1:]], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1].startswith(told), ran.stderr
