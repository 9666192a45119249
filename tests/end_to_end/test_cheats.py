"""No way of cheating makes a check count, and no honest work is taken for one; through the true binary."""

from pathlib import Path

import pytest
from cheating import ran
from cheats import CHEATS, HONEST, Case


@pytest.mark.parametrize("case", CHEATS, ids=lambda case: case.name)
def test_a_check_passed_by_a_cheat_does_not_count(case: Case, tmp_path: Path) -> None:
    ended = ran(case, tmp_path)
    assert (ended.code, ended.result["subtype"], ended.result["verify"]["passed"]) == (4, "error_verify", False)
    assert ended.result["verify"]["exit_code"] in (0, None)  # it would have counted, or never ended


@pytest.mark.parametrize("case", HONEST, ids=lambda case: case.name)
def test_honest_work_counts(case: Case, tmp_path: Path) -> None:
    ended = ran(case, tmp_path)
    assert (ended.code, ended.result["verify"]["passed"], ended.result["verify"]["tampered"]) == (0, True, []), (
        ended.err
    )
