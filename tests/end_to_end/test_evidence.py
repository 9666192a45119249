"""What a session leaves for later choices, by the true binary: auto's shadow, the person's judgement, the outcome."""

import os
from pathlib import Path

import pytest
from binary import configure, droidlite, endpoint_settings
from loopback import Asked, Loopback, Said
from past_sessions import HOUSE
from terminal import Terminal

from droidlite.session.fold import Session
from droidlite.session.outcomes import Outcome, read_outcomes
from droidlite.session.store import Store

MODELS = HOUSE[HOUSE.index("[[models]]") :]


def settings(server: Loopback, more: str = "") -> None:
    endpoint = endpoint_settings(server.endpoint("openai-chat"), models='["cheap", "dear"]')
    configure(more + endpoint + MODELS)


def state() -> Path:
    return Path(os.environ["DROIDLITE_HOME"]) / "state"


def newest() -> Session:
    store = Store(state() / "sessions")
    return store.load(store.list()[0].id)


def outcomes() -> tuple[Outcome, ...]:
    return read_outcomes(state() / "sessions", state() / "outcomes.json")


@pytest.mark.parametrize("model", ["auto", "cheap"])
def test_in_shadow_mode_the_model_stays_and_autos_choice_is_kept(repo: Path, model: str) -> None:
    with Loopback([Said("Done.")]) as server:
        settings(server, f'model = "{model}"\n[router]\nmode = "shadow"\n')
        ran = droidlite("exec", "-o", "json", "fix the failing test in a.py", cwd=repo)
        assert (ran.code, len(server.requests)) == (0, 1), ran.err
    session = newest()
    assert session.shadowed is not None
    assert (session.shadowed.problem, session.shadowed.decision and session.shadowed.decision.mode) == ("", "balanced")
    assert ran.result["routing"]["strategy"] == {"auto": "fixed default", "cheap": "chosen"}[model]
    assert ran.result["counterfactual"] is None


def test_a_checked_run_is_evidence_and_an_unchecked_one_a_weak_one(repo: Path) -> None:
    write = Said(calls=(Asked("write", {"file_path": "new", "content": "x"}),))
    with Loopback([Said("Done."), write, Said("Done."), Said("Done.")]) as server:
        settings(server)
        assert droidlite("exec", "-m", "cheap", "--auto", "high", "fix it", cwd=repo).code == 0
        assert droidlite("exec", "-m", "cheap", "--auto", "high", "--verify", "true", "fix it", cwd=repo).code == 0
        assert droidlite("exec", "-m", "cheap", "--auto", "high", "--verify", "false", "fix it", cwd=repo).code == 4
    rows = outcomes()
    assert [(row.basis, row.solved, row.weight) for row in sorted(rows, key=lambda row: (row.weight, row.solved))] == [
        ("unverified", True, 0.2),
        ("verified", False, 1.0),
        ("verified", True, 1.0),
    ]
    assert all(row.models == ("cheap",) and row.cost_usd["cheap"] > 0 for row in rows)


def test_a_person_judges_and_is_told_the_cost_on_leaving(repo: Path) -> None:
    with Loopback([Said("Done.")]) as server:
        settings(server)
        with Terminal("-m", "cheap", cwd=repo) as terminal:
            terminal.sees("autonomy low")
            terminal.type("/bad\r")
            terminal.sees("There is nothing to judge yet.")
            terminal.type("fix it\r")
            terminal.sees("message, ")
            terminal.type("/bad\r")
            terminal.sees("did not do what you wanted")
            assert terminal.leaves() == 0
            terminal.sees("cheap · $0.0")
            terminal.sees("Go on with: droidlite -r")
    assert [(row.basis, row.solved, row.weight) for row in outcomes()] == [("judged", False, 1.0)]
