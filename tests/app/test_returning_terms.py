"""What held for a session when it was left is told where it holds no longer."""

import pytest

from droidlite.app.returning import dropped, ended
from droidlite.errors import DroidliteError
from droidlite.session.records import Ended
from droidlite.settings.config import Settings

LEFT = Ended(subtype="success", cost_usd=0.2, cap_usd=0.5, verify="pytest -q")


def test_a_run_ends_with_what_held_for_it() -> None:
    assert ended(None, 0.2, 0.5, "pytest -q") == LEFT
    assert ended(DroidliteError("No."), 0.2, None, "") == Ended(subtype="error_during_execution", cost_usd=0.2)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(max_cost_usd=1.0, verify="auto"), []),
        (
            Settings(),
            [
                "The cap of $0.50 this session had holds no longer; --max-cost or /cap sets one.",
                "This session was held to a check, `pytest -q`; this time there is no --verify.",
            ],
        ),
    ],
)
def test_what_holds_no_longer_is_told(settings: Settings, told: list[str]) -> None:
    assert dropped(LEFT, settings) == told
    assert dropped(None, settings) == []
