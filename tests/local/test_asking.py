"""What a question for a change shows and hides: lines, notes, one failing test."""

from test_search import NODE, UNITTEST, run

from droidlite.providers.local.episode import Situation
from droidlite.providers.local.focus import failing_blocks, focused
from droidlite.providers.local.forms import Trial, form_at, turn_of
from droidlite.providers.local.grammar import lines_grammar
from droidlite.providers.local.history import History
from droidlite.providers.local.pitfalls import notes_on, sheet
from droidlite.providers.local.proposing import spots
from droidlite.providers.local.regions import code_lines
from droidlite.providers.local.showing import callable_heads, holed, named_regions, without_bodies
from droidlite.providers.local.task import read_task
from droidlite.providers.local.views import View


def test_the_code_in_question_can_be_left_blank() -> None:
    view = View("a.py", ("def f(a):", '    """Twice."""', "    b = a", "    return b", "", "def g():", "    return 1"))
    now = Situation(read_task("f() in a.py is wrong"), History(), frozenset())
    assert without_bodies(now, view).lines == (
        "def f(a):", '    """Twice."""', "    ...  # to be written", "", "def g():", "    return 1",
    )  # fmt: skip


def test_guards_stay_where_code_is_left_blank() -> None:
    guard = ("    if a < 0:", '        raise ValueError("a")')
    view = View("a.py", ("def f(a):", *guard, "    b = a", "    return b"))
    now = Situation(read_task("f() in a.py is wrong"), History(), frozenset())
    assert without_bodies(now, view).lines == ("def f(a):", *guard, "    ...  # to be written")


def test_guards_are_the_last_to_be_suspected() -> None:
    code = ("def f(a):", "    if a < 0:", '        raise ValueError("a")', "    return a", "def g():", "    return 1")
    now = Situation(read_task("f() in a.py is wrong"), History(), frozenset())
    assert spots(now, View("a.py", code)) == [3, 1, 2]


def test_what_is_called_is_suspected_after_what_calls_it() -> None:
    code = ("N = 2", "def part(n):", "    return n // N", "def half(n):", "    return part(n)")
    now = Situation(read_task("half() in a.py is wrong"), History(), frozenset())
    assert spots(now, View("a.py", code)) == [4, 2, 0]


def test_what_a_named_function_calls_is_in_question_too() -> None:
    code = ("def half(n):", "    return part(n, 2)", "def part(n, m):", "    return n // m", "def other():", "    pass")
    now = Situation(read_task("half() in a.py is wrong"), History(), frozenset())
    assert [region.name for region in named_regions(now, View("a.py", code))] == ["half", "part"]


def test_a_change_by_lines_may_begin_where_it_is_wanted_only() -> None:
    lines = ("def f():", "    return 1", "def g():", "    return 2")
    start = next(row for row in lines_grammar(lines, [2, 3]).split("\n") if row.startswith("old"))
    assert start == "old ::= l2i0n8 | l3i4n8"
    assert lines_grammar(lines, []) == lines_grammar(lines)


def test_around_a_line_left_out_only_the_heads_of_other_functions_stay() -> None:
    view = View("a.py", ("N = 2", "def half(n):", "    m = n", "    return m / N", "def other(a):", "    return a"))
    assert holed(view, 2).split("\n") == [
        "N = 2", "def half(n):", "    ____", "    return m / N", "def other(a):",
    ]  # fmt: skip


def test_functions_that_may_be_called_are_told_with_what_they_do() -> None:
    code = (
        "def parse(text):", '    """The numbers."""', "    return 1", "def other(a, b):", "    return a",
        "def latest(x):", "    return first(x)", "def first(x):", "    return x[0]",
    )  # fmt: skip
    now = Situation(read_task("latest() in a.py is wrong"), History(), frozenset())
    assert callable_heads(now, View("a.py", code)) == ["parse(text): The numbers.", "other(a, b)"]


TWO_FAIL = UNITTEST.replace(
    "-" * 70 + "\nRan 5", "=" * 70 + "\nERROR: test_odd (test_stats.Stats)\n    total([3])\n\n" + "-" * 70 + "\nRan 5"
)


def test_a_question_can_be_about_one_of_several_failing_tests() -> None:
    view = View("a.py", ("def median(a):", "    return 4", "def total(a):", "    return 3"))
    now = Situation(read_task("a.py is wrong, see median()"), History(), frozenset())
    seen = [focused(now, Trial(view, run(TWO_FAIL)), turn) for turn in (0, 1, 2)]
    assert [situation.task.names for situation, _ in seen] == [("median",), ("total",), ("median",)]
    assert [base.run is not None and "test_odd" in base.run.output for _, base in seen] == [False, True, False]


def test_failing_tests_of_node_are_told_apart() -> None:
    assert len(failing_blocks(run(NODE))) == 1
    assert failing_blocks(run("FAIL one\nFAIL two")) == []


def test_notes_are_on_what_the_code_uses_and_change_with_every_turn() -> None:
    code = "return re.match(PATTERN, name) is not None"
    first = notes_on("a.py", code, 0)
    assert "fullmatch" in first[0]
    assert not {*first} & {*notes_on("a.py", code + " or [name[0]]", 1)}
    assert "fullmatch" not in " ".join(notes_on("a.js", code, 0))
    assert notes_on("a.json", code, 0) == ()


def test_every_note_is_told_in_a_few_words_for_a_known_language() -> None:
    assert len(sheet()) > 50
    assert {note.language for note in sheet()} == {"py", "js", "sh"}
    assert max(len(note.text) for note in sheet()) <= 240


def test_every_form_of_a_kind_is_about_the_next_line() -> None:
    turns = [turn_of(place) for place in range(80) if form_at(place).shape == "hole" and not form_at(place).hinted]
    assert turns == list(range(len(turns)))


def test_one_line_can_be_asked_for() -> None:
    lines = ("def f(a):", '    """Doubles."""', "    # twice", "    return a * 3")
    assert code_lines("a.py", lines) == {3}
    assert 'l3i4n1 ::= "return a * 3"' in lines_grammar(lines, [3], longest=1)
