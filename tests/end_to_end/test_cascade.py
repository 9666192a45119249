"""A verified cascade solves what either model solves, at the cost of both, and does nothing twice."""

from pathlib import Path

import pytest
from cascading import CHEAP, STRONG, play, read_table
from test_tasks import TWENTY, require, tasks

TABLE = read_table()
ONE_OF_EACH = {(TABLE[task.name][CHEAP].solved, TABLE[task.name][STRONG].solved): task for task in reversed(TWENTY)}


def test_the_table_has_every_task_and_every_way_it_may_go() -> None:
    assert TABLE.keys() == {task.name for task in TWENTY}
    assert len(ONE_OF_EACH) == 4


@pytest.mark.parametrize(("way", "task"), ONE_OF_EACH.items(), ids=str)
def test_a_cascade_goes_as_the_table_says(way: tuple[bool, bool], task: object, tmp_path: Path, home: Path) -> None:
    require(task)
    played = play(task, tasks, TABLE[task.name], tmp_path)  # type: ignore[attr-defined]
    assert (played.solved, played.ran.code) == (any(way), 0 if any(way) else 4), played.ran.err
    assert played.ran.result["total_cost_usd"] == pytest.approx(played.expected_usd, rel=0.02)
    assert len(played.marks) == played.due
    assert set(played.marks.values()) == {1}
    assert [switch["to"] for switch in played.ran.result["routing"]["switches"]] == ([] if way[0] else [STRONG])
