"""Every service's conversations at every other's. `scripts/bench-handoff` runs all histories between all pairs."""

import pytest
from handoffs import HISTORIES, MODELS, Matrix, Model

NAMES = list(HISTORIES)


@pytest.mark.parametrize("first", MODELS, ids=lambda model: model.id)
def test_no_service_rejects_what_another_began(first: Model) -> None:
    """Two histories a pair, so that each first model has every one of them."""
    with Matrix() as matrix:
        for number, second in enumerate(model for model in MODELS if model != first):
            for history in (NAMES[2 * number % len(NAMES)], NAMES[(2 * number + 1) % len(NAMES)]):
                matrix.run(first, second, history)
        assert (matrix.rejected, matrix.lost, matrix.leaked) == ([], [], [])
        assert matrix.switches >= 80
