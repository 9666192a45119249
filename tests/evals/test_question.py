"""Which models, kinds and frontier a question means."""

import pytest
from made_tables import grid_of

from droidlite.errors import UsageError
from droidlite.evals.question import Narrowed, Question, narrow

GRID = grid_of(
    {
        "GPT-5.4": [(1, 2.0), (1, 2.0), (0, 2.0), None],
        "claude-opus-4-7": [(1, 4.0), (1, 4.0), (1, 4.0), (1, 4.0)],
        "claude-sonnet-5": [(1, 3.0), (1, 3.0), None, None],
        "MiniMax-M3": [(1, 1.0), (0, 1.0), (0, 1.0), (1, 1.0)],
    },
    kinds="xxxy",
)


def seen(narrowed: Narrowed) -> tuple[tuple[str, ...], str, int]:
    return narrowed.grid.models, narrowed.frontier, narrowed.grid.tasks


def ask(**question: object) -> Narrowed:
    return narrow(GRID, Question(**question))  # type: ignore[arg-type]


def test_without_a_word_all_take_part_and_the_frontier_has_most_passes() -> None:
    assert seen(ask()) == (GRID.models, "claude-opus-4-7", 4)


@pytest.mark.parametrize(
    ("models", "left"),
    [
        (("claude-*",), ("claude-opus-4-7", "claude-sonnet-5")),
        (("minimax-m3", "claude-opus-4-7"), ("MiniMax-M3", "claude-opus-4-7")),
        (("!gpt*", "!claude-sonnet-5"), ("MiniMax-M3", "claude-opus-4-7")),
        (("claude-*", "!*sonnet*", "MiniMax-M3"), ("MiniMax-M3", "claude-opus-4-7")),
    ],
)
def test_models_by_name_glob_and_exclusion(models: tuple[str, ...], left: tuple[str, ...]) -> None:
    assert ask(models=models).grid.models == left


def test_a_frontier_outside_the_pool_takes_part_and_that_is_told() -> None:
    narrowed = ask(models=("MiniMax-M3",), frontier="claude-opus-4-7")
    assert seen(narrowed) == (("MiniMax-M3", "claude-opus-4-7"), "claude-opus-4-7", 4)
    assert narrowed.notes == ("claude-opus-4-7 is the frontier, so it takes part although --models leaves it out.",)


def test_kinds_and_tasks_without_the_frontier_are_left_out_and_told() -> None:
    narrowed = ask(frontier="claude-sonnet-5")
    assert (narrowed.grid.kinds, narrowed.grid.tasks) == (("x",), 2)
    assert narrowed.notes == (
        "claude-sonnet-5 has no outcomes of y, so nothing can be compared there: y is left out.",
        "1 task is left out: claude-sonnet-5 has no outcome there.",
    )


def test_two_names_the_router_reads_as_one_are_told() -> None:
    grid = grid_of({"GLM-5.1": [(1, 1.0)], "z-ai/glm-5-1": [(1, 1.0)], "other": [(1, 1.0)]})
    assert narrow(grid, Question()).notes == (
        "The router reads GLM-5.1 and z-ai/glm-5-1 as one model, glm-5-1: auto never goes from one to the other.",
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"models": ("opus-47",)}, "--models opus-47: the tables have no such model. Nearest: claude-opus-4-7."),
        ({"models": ("zzz*",)}, "--models zzz*: the tables have no such model. They have: GPT-5.4, MiniMax-M3, "
         "claude-opus-4-7, claude-sonnet-5."),
        ({"models": ("!*",)}, "--models !* leaves no model."),
        ({"kinds": ("z",)}, "--kinds z: the tables have no such kind. They have: x, y."),
        ({"frontier": "gpt-5"}, "--frontier gpt-5: the tables have no such model. Nearest: GPT-5.4."),
        ({"kinds": ("y",), "models": ("claude-sonnet-5",)}, "--models claude-sonnet-5: no outcome of this model "
         "is among the kinds that were asked for."),
        ({"kinds": ("y",), "frontier": "GPT-5.4"}, "GPT-5.4 has no outcomes of y; name another --frontier or --kinds."),
    ],
)  # fmt: skip
def test_questions_that_cannot_be_answered(question: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask(**question)
    assert str(caught.value) == said


def test_a_frontier_that_solved_or_cost_nothing_is_no_measure() -> None:
    grid = grid_of({"a": [(0, 1.0)], "b": [(1, 0.0)]})
    for frontier, said in (
        ("a", "a solved nothing, so nothing can be compared with it; name another --frontier."),
        ("b", "b cost nothing, so no share of its cost can be told; name another --frontier."),
    ):
        with pytest.raises(UsageError) as caught:
            narrow(grid, Question(frontier=frontier))
        assert str(caught.value) == said
