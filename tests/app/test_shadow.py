"""In shadow mode the person's model stays, what auto would have chosen is kept, and its failures disturb nobody."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from binary import write_script

from droidlite.app import shadow
from droidlite.app.assemble import Person, open_session
from droidlite.app.options import Options
from droidlite.app.setup import Setup
from droidlite.events import RunFinished
from droidlite.session.records import Shadowed
from droidlite.session.store import Store
from droidlite.settings.config import Mode
from droidlite.types import RoutingDecision

WOULD = RoutingDecision(model="claude-opus-5-5", endpoint="anthropic", strategy="auto", kind="fix", reference="x")


@pytest.fixture
def run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunFinished]:
    """Runs one prompt in a session of its own (or `resume`) with `decide` as auto and `mode` in the settings."""
    folder = home / "droidlite" / "config"
    folder.mkdir(parents=True)
    script = write_script(tmp_path / "s.jsonl", [{"text": "Done."}, {"text": "Done."}])
    monkeypatch.setenv("DROIDLITE_SCRIPT", script["DROIDLITE_SCRIPT"])

    def go(decide: shadow.Decide, mode: str = "shadow", resume: str = "") -> RunFinished:
        (folder / "config.toml").write_text(f'[router]\nmode = "{mode}"\n')
        session = open_session(Options(cwd=tmp_path, resume=resume), Person(), decide=decide)
        try:
            finished = [*session.run("fix it")][-1]
        finally:
            session.close()
        assert isinstance(finished, RunFinished)
        return finished

    return go


def kept(home: Path, finished: RunFinished) -> Shadowed | None:
    return Store(home / "droidlite" / "state" / "sessions").load(finished.session_id).shadowed


def test_the_model_stays_and_the_decision_is_kept(run: Callable[..., RunFinished], home: Path) -> None:
    asked: list[tuple[str, Mode]] = []

    def decide(setup: Setup, prompt: str, mode: Mode) -> RoutingDecision:
        asked.append((prompt, mode))
        return WOULD

    finished = run(decide)
    assert (finished.subtype, finished.routing.model, asked) == ("success", "scripted", [("fix it", "balanced")])
    assert kept(home, finished) == Shadowed(decision=WOULD)
    run(decide, resume=finished.session_id)
    assert len(asked) == 1  # once a session


def test_a_failure_is_kept_and_disturbs_nobody(run: Callable[..., RunFinished], home: Path) -> None:
    def decide(setup: Setup, prompt: str, mode: Mode) -> RoutingDecision:
        raise ZeroDivisionError("no runs")

    finished = run(decide)
    assert (finished.subtype, kept(home, finished)) == ("success", Shadowed(problem="ZeroDivisionError: no runs"))


def test_a_decision_that_does_not_come_is_not_waited_for(
    run: Callable[..., RunFinished], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "WAIT_SECONDS", 0.0)
    never = threading.Event()

    def decide(setup: Setup, prompt: str, mode: Mode) -> None:
        never.wait(30)

    finished = run(decide)
    never.set()
    assert kept(home, finished) == Shadowed(problem="It was not decided within 0 s after the run.")


def test_nothing_is_asked_in_another_mode_or_where_auto_is_forbidden(
    run: Callable[..., RunFinished], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decide(setup: Setup, prompt: str, mode: Mode) -> RoutingDecision:
        raise AssertionError

    assert kept(home, run(decide, mode="balanced")) is None
    (tmp_path / "policy.toml").write_text("[router]\nallowed = false\n")
    monkeypatch.setenv("DROIDLITE_POLICY", str(tmp_path / "policy.toml"))
    (home / "droidlite" / "config" / "config.toml").write_text('model = "scripted"\n[router]\nmode = "shadow"\n')
    session = open_session(Options(cwd=tmp_path, model="scripted"), Person(), decide=decide)
    try:
        assert session.parts.shadow is None
    finally:
        session.close()


@pytest.mark.parametrize(("most", "aims"), [("cost", "cost"), ("balanced", "balanced"), ("quality", "balanced")])
def test_it_aims_at_balanced_or_what_policy_allows(
    run: Callable[..., RunFinished], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str, aims: str
) -> None:
    asked: list[Mode] = []
    (tmp_path / "policy.toml").write_text(f'[router]\nmax_mode = "{most}"\n')
    monkeypatch.setenv("DROIDLITE_POLICY", str(tmp_path / "policy.toml"))

    def decide(setup: Setup, prompt: str, mode: Mode) -> RoutingDecision:
        asked.append(mode)
        return WOULD

    run(decide)
    assert asked == [aims]
