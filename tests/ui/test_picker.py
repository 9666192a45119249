"""The model picker as a pure reducer, and its plain table."""

import re
from pathlib import Path

import pytest
from msgspec import structs

from droidlite.app.listing import show_models
from droidlite.types import Candidate, Estimate, Interval, ModelSpec, RoutingDecision, Stage
from droidlite.ui.cells import column_widths, cut, cut_middle, pad, set_in_columns, width_of, wrap
from droidlite.ui.choosing import Choosing, Dialog, Done, Item, Turned, pick_from
from droidlite.ui.conversation import Move
from droidlite.ui.picker import Aim, Now, effort_of, model_picker, table

AUTO = RoutingDecision(model="haiku", endpoint="main", strategy="fixed", reasons=("the default", "it is cheap"))


def candidate(name: str, price: float | None = 1.0, why_not: str = "") -> Candidate:
    spec = ModelSpec(id=name, provider="anthropic", tier="small", context=200_000)
    return Candidate(spec=spec, endpoint="main", input_price=price, output_price=price, why_not=why_not)


def estimate(success: float, usd: float) -> Estimate:
    return Estimate(
        stages=(Stage("opus"),),
        success=Interval(success, 0.8, 0.9),
        cost=Interval(usd, 0.1, 2.0),
        plan="opus",
        basis="291 runs",
    )


CANDIDATES = (
    structs.replace(candidate("opus", 5.0), estimate=estimate(0.85, 0.691)),
    candidate("haiku"),
    candidate("gone", None, "set ANTHROPIC_API_KEY"),
)


def press(state: Dialog, *keys: str) -> Dialog | Done:
    for key in keys:
        assert not isinstance(state, Done)
        state = state.press("text", key[1:]) if key.startswith("=") else state.press(key)  # type: ignore[assignment]
    return state


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["enter"], "auto"),
        (["down", "enter"], "opus"),
        (["=HAI", "enter"], "auto"),  # auto resolves to haiku, so it matches too
        (["=hai", "down", "enter"], "haiku"),
        (["up", "up", "enter"], "haiku"),
        (["=op us", "enter"], "opus"),
        (["=x", "backspace", "down", "enter"], "opus"),
        (["escape"], None),
        (["=op", "escape", "escape"], None),
        (["end", "home", "enter"], "auto"),
    ],
)
def test_keys_lead_to_a_choice(keys: list[str], chosen: str | None) -> None:
    ended = Done(None if chosen is None else Turned(chosen, "default"))
    assert press(model_picker(AUTO, CANDIDATES, Now("auto")), *keys) == ended


def test_a_model_that_is_not_allowed_cannot_be_chosen_and_says_why() -> None:
    state = press(model_picker(AUTO, CANDIDATES, Now("auto")), "end")
    assert press(state, "enter") == state
    drawn = state.draw(80, 20)  # type: ignore[union-attr]
    assert ("class:warning", "  set ANTHROPIC_API_KEY\n") in drawn
    assert any("class:greyed" in style and "gone" in text for style, text in drawn)


def test_what_is_allowed_comes_first_and_names_do_not_repeat_their_endpoint() -> None:
    denied, allowed = candidate("main/a", why_not="no key"), candidate("main/b")
    picker = model_picker(AUTO, (denied, allowed), Now(""))
    assert [(item.value, item.cells[0]) for item in picker.items[1:]] == [("main/b", "b"), ("main/a", "a")]
    assert press(picker, "down", "enter") == Done(Turned("main/b", "default"))
    rows = table(AUTO, (denied, allowed), 80, colour=False).splitlines()
    assert [row.split()[0] for row in rows[3:5]] == ["main/b", "main/a"]


def test_expectations_are_told_with_their_interval_and_basis_and_tab_shows_the_next_mode() -> None:
    auto = RoutingDecision(
        model="opus", endpoint="main", strategy="auto", mode="balanced", kind="fix", estimate=estimate(0.85, 0.691)
    )
    state = model_picker(auto, CANDIDATES, Now("opus"))
    drawn = "".join(text for _, text in state.draw(140, 20))
    assert "Choose a model · fix task · auto aims at balanced" in drawn
    assert "85% at $0.69 a task (80-90%; 291 runs)" in drawn
    assert press(state, "tab") == Done(Aim("quality"))
    assert "auto: opus · fix · 85% at $0.69" in "".join(text for _, text in press(state, "home").draw(100, 20))  # type: ignore[union-attr]
    assert press(model_picker(AUTO, CANDIDATES, Now("auto")), "tab") == model_picker(AUTO, CANDIDATES, Now("auto"))


def test_auto_with_nothing_to_choose_from_is_not_a_choice() -> None:
    state = model_picker(None, CANDIDATES, Now(""))
    assert press(state, "enter") == state
    assert press(state, "down", "enter") == Done(Turned("opus", "default"))


def test_it_opens_on_the_current_model() -> None:
    assert press(model_picker(AUTO, CANDIDATES, Now("haiku")), "enter") == Done(Turned("haiku", "default"))


KEYS = ("↑↓ move · Enter choose · Esc cancel", "1 of 4 · Tab mode · ←→ effort", "? explain", "type to filter")
TITLE = ("Choose a model · other task", "auto aims at balanced", "effort ‹default›")


@pytest.mark.parametrize(
    ("width", "title", "foot"),
    [
        (120, [" · ".join(TITLE)], [" · ".join(KEYS)]),
        (80, [" · ".join(TITLE)], [" · ".join(KEYS[:3]), KEYS[3]]),
        (40, [TITLE[0], " · ".join(TITLE[1:])], [*KEYS[:2], " · ".join(KEYS[2:])]),
    ],
)
def test_its_title_and_its_keys_are_told_whole(width: int, title: list[str], foot: list[str]) -> None:
    picker = model_picker(structs.replace(AUTO, kind="other", mode="balanced"), CANDIDATES, Now("auto"))
    lines = "".join(text for _, text in picker.draw(width, 24)).split("\n")
    assert (lines[: len(title)], lines[-len(foot) :]) == (title, foot)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("height", [8, 24])
def test_it_stays_within_its_window(width: int, height: int) -> None:
    many = tuple(candidate(f"a-model-with-a-rather-long-name-{n}", why_not="no " * 40 * (n % 2)) for n in range(50))
    state: Dialog = model_picker(AUTO, many, Now("auto"))
    for _ in range(30):
        state = press(state, "down")  # type: ignore[assignment]
        lines = "".join(text for _, text in state.draw(width, height)).split("\n")
        assert len(lines) <= height
        assert max(map(width_of, lines)) <= width
        assert sum(line.startswith("❯") for line in lines) == 1


def test_the_table_tells_all_at_80_columns() -> None:
    assert (
        table(AUTO, CANDIDATES, 80, colour=False)
        == """\
auto → haiku via main: the default; it is cheap

model  tier   in $/M  out $/M   ctx  solves  $/task  where  use
opus   small    5.00     5.00  200k     85%    0.69  main   yes
haiku  small    1.00     1.00  200k                  main   yes
gone   small       ?        ?  200k                  main   no
    set ANTHROPIC_API_KEY
"""
    )


def test_prices_and_context_stay_at_80_columns_and_into_a_pipe_all_columns_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped models, whose names are long."""
    monkeypatch.setenv("COLUMNS", "80")
    assert show_models(tmp_path, as_json=False) == 0
    piped = capsys.readouterr().out.splitlines()[2]
    assert re.split("  +", piped) == ["model", "tier", "in $/M", "out $/M", "ctx", "solves", "$/task", "where", "use"]
    found = tuple(candidate(name, 3.0) for name in (f"{'vendor/' * 6}{name}" for name in SIMILAR))
    _, _, header, *rows = table(AUTO, found, 80, colour=False).splitlines()
    assert header.split() == ["model", "in", "$/M", "out", "$/M", "ctx", "solves", "$/task", "where", "use"]
    assert [row.split()[1:4] for row in rows] == [["3.00", "3.00", "200k"]] * 2


SIMILAR = ("claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929-v2:0")
LONG = tuple(f"anthropic/{name}" for name in SIMILAR)


@pytest.mark.parametrize("names", [SIMILAR, LONG])
def test_names_that_differ_at_their_ends_stay_apart_at_40_columns(names: tuple[str, ...]) -> None:
    found = tuple(candidate(name, 3.0) for name in names)
    drawn = "".join(text for _, text in press(model_picker(AUTO, found, Now("")), "down").draw(40, 20))  # type: ignore[union-attr]
    printed = table(AUTO, found, 40, colour=False)
    for text in (drawn, printed):
        rows = [line.split() for line in text.splitlines() if line.startswith(("❯ ", "  ", "…", "a", "cl"))]
        ends = [word[-5:] for row in rows for word in row[:2] if word.endswith(("-v1:0", "-v2:0"))]
        assert ends[:2] == ["-v1:0", "-v2:0"]
    assert "3.00 in, 3.00 out $/M · 200k" in drawn.replace("\n ", "")
    assert SIMILAR[0] in drawn or names == LONG


def test_columns_go_whole_and_names_last() -> None:
    rows = [("a-long-name", "mid", "200k")]
    assert column_widths(rows, 22, ((2, 0), (1, 0), (0, 4))) == [11, 3, 4]
    assert column_widths(rows, 21, ((2, 0), (1, 0), (0, 4))) == [11, 3, 0]
    assert column_widths(rows, 12, ((2, 0), (1, 0), (0, 4))) == [11, 0, 0]
    assert column_widths(rows, 9, ((2, 0), (1, 0), (0, 4))) == [9, 0, 0]
    assert set_in_columns(rows[0], [11, 0, 4]) == "a-long-name  200k"
    assert [cut_middle("日本語日本語", 8), cut_middle("abcdefghijkl", 9)] == ["日…本語", "abcd…ijkl"]


def test_the_table_greys_only_with_colour() -> None:
    assert "\x1b[2mgone" in table(AUTO, CANDIDATES, 80, colour=True)


def test_any_list_can_be_picked_from() -> None:
    state = pick_from("Resume", [Item("a", ("first", "1 h ago")), Item("b", ("second", "2 h ago"))])
    assert isinstance(state, Choosing)
    assert press(state, "=sec", "enter") == Done("b")


def test_an_empty_list_can_only_be_left() -> None:
    assert press(pick_from("Resume", []), "down", "enter", "escape") == Done(None)


def test_cells_count_what_a_terminal_shows() -> None:
    assert [width_of("abc"), width_of("日本"), width_of("e\u0301")] == [3, 4, 1]
    assert [cut("日本語", 4), pad("日", 4), pad("ab", 4, right=True)] == ["日…", "日  ", "  ab"]
    assert wrap("one two three", 7) == ["one two", "three"]
    assert all(width_of(line) <= 10 for line in wrap("a" * 25 + " bb", 10))
    assert "".join(wrap("a" * 25, 10)) == "a" * 25


def test_models_stand_under_their_tier_and_what_cannot_be_used_comes_last() -> None:
    tiers = {"s1": "small", "f1": "frontier", "m1": "mid", "f2": "frontier"}
    found = [
        structs.replace(candidate(name), spec=ModelSpec(id=name, provider="anthropic", tier=tier))  # type: ignore[arg-type]
        for name, tier in tiers.items()
    ]
    state = model_picker(AUTO, (candidate("gone", why_not="no key"), *found), Now("auto"))
    shown = [line.split()[:3] for line in "".join(text for _, text in state.draw(100, 24)).splitlines()[2:12]]
    assert [line[0] for line in shown[1:]] == ["frontier", "f1", "f2", "mid", "m1", "small", "s1", "not", "gone"]
    assert press(state, "down", "enter") == Done(Turned("f1", "default"))


def test_left_and_right_turn_the_effort_and_the_choice_has_it() -> None:
    state = model_picker(AUTO, CANDIDATES, Now("auto", effort="medium"))
    assert "effort ‹medium›" in "".join(text for _, text in state.draw(100, 24))
    for keys, effort in ((("enter",), "medium"), (("right", "enter"), "high"), (("right", "right", "enter"), "")):
        ended = press(state, *keys)
        assert isinstance(ended, Done)
        assert effort_of(ended.value) == effort


def test_in_a_session_each_row_tells_what_moving_there_costs_and_which_endpoint_is_down() -> None:
    moves = {
        "here": Move(warm=100_000, switch_usd=0.0),
        "there": Move(switch_usd=0.21, health="left alone after failures for 20 s"),
    }
    state = model_picker(AUTO, (candidate("here"), candidate("there")), Now("here", "here", moves=moves))
    drawn = "".join(text for _, text in press(state, "down").draw(100, 24)).splitlines()  # type: ignore[union-attr]
    rows = {line.split()[-6 if "here ✓" in line else 0]: line.split() for line in drawn if "200k" in line}
    assert [row[-2:] for row in rows.values()][:2] == [["warm", "main"], ["main", "!"]]
    assert any("$0.21" in line for line in drawn)
    assert "main: left alone after failures for 20 s" in "".join(drawn)


def test_a_question_mark_explains_the_numbers_of_the_row_and_is_never_a_filter() -> None:
    there = structs.replace(candidate("there"), estimate=estimate(0.85, 0.691))
    picker = model_picker(AUTO, (there,), Now("auto", moves={"there": Move(switch_usd=0.21)}))
    state = press(picker, "down", "=?")
    drawn = "".join(text for _, text in state.draw(120, 24))  # type: ignore[union-attr]
    assert (
        "solves 85%: the chance that it solves one task of this kind; 80 % sure to be in 80-90%. From 291 runs."
        in drawn
    )
    assert "switch $0.21: what reading the conversation there costs beyond a warm cache." in drawn
    assert press(state, "=?") == press(picker, "down")
