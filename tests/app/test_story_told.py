"""The story holds itself to what really happened, and says where it cannot be told."""

import shutil
from pathlib import Path

import pytest
from msgspec import structs

from droidlite.app.story import REPOSITORY, Course, lay_out, read_story, require, run_story, unlike
from droidlite.errors import UsageError
from droidlite.events import (
    Counterfactual,
    Event,
    ModelChosen,
    ModelSwitched,
    ReplyFinished,
    RunFinished,
    VerifyFinished,
)
from droidlite.types import RoutingDecision, Switch, Usage

STORY = read_story()
CHEAP, STRONG = (voice.id for voice in STORY.models)
DECISION = RoutingDecision(model=CHEAP, endpoint="cheap", strategy="auto", reasons=("fix task",))
SWITCH = Switch(from_model=CHEAP, to=STRONG, cause="the check still fails", price_usd=0.03, reasons=("switching",))
END = RunFinished(
    subtype="success",
    is_error=False,
    result="Done.",
    session_id="s",
    num_turns=3,
    duration_ms=1,
    duration_api_ms=1,
    total_cost_usd=0.04,
    usage=Usage(),
    model_usage={},
    routing={},
    counterfactual=Counterfactual(model=STRONG, cost_usd=0.08),
)


def checked(passed: bool) -> VerifyFinished:
    return VerifyFinished(command="c", exit_code=int(not passed), output="", seconds=0.1, passed=passed)


def replied(model: str, context: int) -> tuple[str, Event]:
    return model, ReplyFinished(text="", model=model, context_tokens=context)


COURSE = (
    (CHEAP, ModelChosen(DECISION)),
    replied(CHEAP, 900),
    (CHEAP, checked(False)),
    replied(CHEAP, 1_800),
    (CHEAP, checked(False)),
    (STRONG, ModelSwitched(SWITCH)),
    replied(STRONG, 2_000),
    (STRONG, checked(True)),
    (STRONG, END),
)
MENDED = f"before\n{STORY.bug.fixed}after\n"
CHOICE = f"auto did not choose {CHEAP} and say why"
CHECKS = f"the check did not fail 2 times for {CHEAP} and then pass for {STRONG}"
PRICED = f"there was no one priced switch from {CHEAP} to {STRONG}"
CONTEXT = f"{STRONG} was not given the conversation"
FILE = f"{STORY.bug.file} is not mended as it was in the repository"
BILL = "there is no bill that is held against the strong model"


def test_the_course_is_the_story() -> None:
    assert unlike(STORY, Course(COURSE, MENDED)) == []
    assert unlike(STORY, Course((), "")) == [CHOICE, CHECKS, PRICED, CONTEXT, FILE, BILL]


@pytest.mark.parametrize(
    ("at", "instead", "what"),
    [
        (0, (CHEAP, ModelChosen(structs.replace(DECISION, strategy="fixed default"))), CHOICE),
        (2, (CHEAP, checked(True)), CHECKS),
        (7, (CHEAP, checked(True)), CHECKS),
        (5, (STRONG, ModelSwitched(structs.replace(SWITCH, price_usd=0.0))), PRICED),
        (6, replied(STRONG, 300), CONTEXT),
        (8, (STRONG, structs.replace(END, counterfactual=None)), BILL),
        (8, (STRONG, structs.replace(END, subtype="error_verify")), BILL),
    ],
)
def test_what_did_not_happen_is_named(at: int, instead: tuple[str, Event], what: str) -> None:
    assert unlike(STORY, Course((*COURSE[:at], instead, *COURSE[at + 1 :]), MENDED)) == [what]


def test_a_bug_that_does_not_fit_any_more_is_told(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "droidlite").mkdir(parents=True)
    (repository / "droidlite" / "errors.py").write_text("nothing of the kind\n")
    with pytest.raises(UsageError) as caught:
        lay_out(STORY, repository, tmp_path / "copy")
    assert str(caught.value) == (
        "The story's bug does not fit droidlite/errors.py any more; bring [bug] in story.toml up to date."
    )


def test_the_end_of_the_story_is_not_in_its_repository(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "droidlite").mkdir(parents=True)
    for name in ("errors.py", "story.toml"):
        shutil.copy(REPOSITORY / "droidlite" / name, repository / "droidlite" / name)
    assert lay_out(STORY, repository, tmp_path / "copy") == 1
    assert STORY.bug.broken in (tmp_path / "copy" / "droidlite" / "errors.py").read_text()


def test_elsewhere_it_is_not_told(tmp_path: Path) -> None:
    how = "run scripts/demo --story in a clone of droidlite's repository."
    with pytest.raises(UsageError) as caught:
        run_story(repository=tmp_path)
    assert str(caught.value) == f"The story is told on droidlite's own repository, and {tmp_path} is not it; {how}"


def test_without_what_runs_the_tests_it_is_not_told() -> None:
    with pytest.raises(UsageError) as caught:
        require(REPOSITORY, find=lambda name: None if name.startswith("pytest") else name)
    assert str(caught.value) == (
        "The story's tests need pytest, pytest_timeout, not installed here; run scripts/demo --story in a clone of "
        "droidlite's repository."
    )
