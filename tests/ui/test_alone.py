"""What the reference model alone would have cost is left out where it alone did the work: $0.00 saved tells nothing."""

import pytest
from msgspec.structs import replace
from recorded import BILL, STATS, Recorded, finished

from droidlite.events import Counterfactual, ModelUsage
from droidlite.types import Usage
from droidlite.ui.bill import bill_lines
from droidlite.ui.closing import detail_lines
from droidlite.ui.conversation import Spending
from droidlite.ui.spending import stats_lines
from droidlite.ui.statusline import parting_lines

OPUS = "claude-opus-4-5"


def told(models: tuple[str, ...]) -> list[list[str]]:
    """All that is said of these models' work, and of OPUS, where money is told."""
    other = Counterfactual(model=OPUS, cost_usd=0.1)
    used = {model: ModelUsage(usage=Usage(input=1, output=1), cost_usd=0.1, calls=1) for model in models}
    rows = tuple(row for row in BILL.models if row.model in models)
    return [
        detail_lines(replace(finished(), model_usage=used, counterfactual=other)),
        list(parting_lines(Recorded([]).now, Spending(by_model=used, total_usd=0.1, counterfactual=other))),
        bill_lines(replace(BILL, models=rows, stages=(), counterfactual=other), 80),
        list(stats_lines(replace(STATS, models=rows, counterfactual=other, saved_usd=0.0), 80)),
    ]


@pytest.mark.parametrize(("models", "compared"), [((OPUS,), False), ((OPUS, "claude-sonnet-4-5"), True)])
def test_the_reference_is_told_only_where_others_worked(models: tuple[str, ...], compared: bool) -> None:
    for lines in told(models):
        assert (f"{OPUS} alone" in " ".join(lines)) == compared, lines
