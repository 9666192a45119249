"""What is made of a failed check, and how the many ways to ask for a change differ."""

import pytest

from droidlite.providers.local.asserting import told
from droidlite.providers.local.episode import Situation
from droidlite.providers.local.failures import digest, is_better, progress
from droidlite.providers.local.forms import FORMS, Form, Trial, best_trial, form_at
from droidlite.providers.local.grammar import code_grammar, find_run
from droidlite.providers.local.history import History, Run
from droidlite.providers.local.prompting import missing_functions
from droidlite.providers.local.proposing import split_answer
from droidlite.providers.local.showing import lines_of_test
from droidlite.providers.local.soundness import find_problem
from droidlite.providers.local.targets import find_target
from droidlite.providers.local.task import Task, read_task
from droidlite.providers.local.tidying import without_tests
from droidlite.providers.local.views import View

UNITTEST = """\
======================================================================
FAIL: test_even (test_stats.Stats.test_even)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/home/me/stats/test_stats.py", line 6, in test_even
    self.assertEqual(median([4, 2]), 3)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
AssertionError: 4 != 3

----------------------------------------------------------------------
Ran 5 tests in 0.001s

FAILED (failures=1)
"""
NODE = """\
TAP version 13
# Subtest: last
not ok 1 - last
  ---
  duration_ms: 0.18
  location: '/home/me/lists.test.mjs:2:1'
  error: |-
    Expected values to be strictly equal:

    1 !== 2

  code: 'ERR_ASSERTION'
  stack: |-
    TestContext.<anonymous> (file:///home/me/lists.test.mjs:3:10)
    Test.runInAsyncScope (node:async_hooks:206:9)
  ...
1..4
# tests 4
# pass 3
# fail 1
"""


def run(output: str, code: int | None = 1, changes: int = 0) -> Run:
    return Run("check", code, output, changes)


@pytest.mark.parametrize(
    ("output", "found"),
    [
        (UNITTEST, ("unittest", 4)),
        (NODE, ("passed", 3)),
        ("2 failed, 7 passed in 0.1s", ("passed", 7)),
        ("FAIL one: wanted 2\nFAIL two: wanted 3\n", ("failed", -2)),
        ("line 3: no number\nline 4: no number\n", ("lines", -2)),
        ("ImportError: Failed to import test module: test_a\nRan 1 test in 0.0s\nFAILED (errors=1)", None),
        ('total.sh: 3: Syntax error: "fi" unexpected', None),
        ("Traceback (most recent call last):\nKeyError: 'a'", None),
    ],
)
def test_progress(output: str, found: tuple[str, int] | None) -> None:
    assert progress(run(output)) == found


def test_a_check_that_was_stopped_made_no_progress() -> None:
    assert progress(run(UNITTEST, 124)) is None


def test_better_is_what_passes_more_by_the_same_count() -> None:
    less = run(UNITTEST.replace("failures=1", "failures=2"))
    unloaded = run("Failed to import test module")
    assert [is_better(run(UNITTEST), less), is_better(less, run(UNITTEST)), is_better(run(UNITTEST), run(NODE))] == [
        True, False, False,
    ]  # fmt: skip
    assert [is_better(less, unloaded), is_better(unloaded, less), is_better(less, None)] == [True, False, False]


def test_a_digest_says_what_was_wanted_and_what_came() -> None:
    assert digest(run(UNITTEST), {}).split("\n") == [
        "FAIL: test_even (test_stats.Stats.test_even)",
        "    median([4, 2]) gives 4 but must give 3",
    ]


def test_a_digest_shows_the_line_of_the_test_a_place_is_about() -> None:
    tests = {
        "lists.test.mjs": View("lists.test.mjs", ("import x", 'test("last", () => {', "  assert.equal(last(), 2);"))
    }
    assert digest(run(NODE), tests).split("\n") == [
        "not ok 1 - last", "  error: |-", "    1 !== 2", "    assert.equal(last(), 2);",
    ]  # fmt: skip


def test_a_digest_of_a_stopped_check_speaks_of_a_loop() -> None:
    assert "endless loop" in digest(run("half a line", 124), {})


def test_the_best_trial_is_the_one_that_left_least_failing() -> None:
    views = [View("a.py", (f"n = {number}",)) for number in range(4)]
    history = History(
        before={"a.py": views[0]},
        changes=["a.py"] * 3,
        tried=views[1:],
        runs=[run("FAIL\n" * 3), run("FAIL\n" * 3, changes=1), run("FAIL\n", changes=2), run("FAIL\n" * 2, changes=3)],
    )
    assert best_trial(history, "a.py", "check") == Trial(views[2], history.runs[2])


def test_without_any_better_the_file_as_it_was_is_best() -> None:
    history = History(
        before={"a.py": View("a.py", ("n",))},
        changes=["a.py"],
        tried=[View("a.py", ("m",))],
        runs=[run("FAIL\n"), run("FAIL\n" * 2, changes=1)],
    )
    assert best_trial(history, "a.py", "check") == Trial(View("a.py", ("n",)), history.runs[0])


def test_after_the_last_form_they_begin_again_and_freer() -> None:
    assert form_at(len(FORMS)) == Form("parts", 0.9, reasoned=True)
    assert form_at(0) == FORMS[0]


def test_a_long_test_is_shown_by_the_functions_that_failed() -> None:
    rows = ["import unittest", *(f"def test_{name}():\n    {'x' * 1_000}" for name in "abc")]
    shown = lines_of_test(View("test_a.py", tuple("\n".join(rows).split("\n"))), "FAIL: test_b")
    assert shown.split("\n") == ["...", "    " + "x" * 1_000]


def test_of_the_tests_of_a_new_file_only_the_statements_are_shown() -> None:
    view = View(
        "test_a.py", ("from a import f", "class T(TestCase):", "    def test_f(self):", "        assert f() == 1")
    )
    assert lines_of_test(view, "") == "assert f() == 1"


def test_tests_and_imports_of_the_file_itself_are_taken_out() -> None:
    code = ["from a import f", "import re", "", "def f():", "    return 1", "", "def test_f():", "    assert f()"]
    assert without_tests(View("a.py"), code) == ["import re", "", "def f():", "    return 1", ""]


def test_tests_in_javascript_are_taken_out() -> None:
    code = ['import test from "node:test";', "export const f = () => 1;", 'test("f", () => {', "  f();", "});"]
    assert without_tests(View("a.mjs"), code) == ["export const f = () => 1;"]


def test_a_fence_within_the_prose_is_none() -> None:
    assert split_answer("It must stop.```pyth:\n\n```python\nn = 1\n```") == ("It must stop.", ["n = 1", ""])
    assert split_answer("```python\nn = 1\n```") == ("", ["n = 1", ""])


def test_what_was_there_stays() -> None:
    code = ["import unittest", "class Base(unittest.TestCase):", "    pass"]
    assert without_tests(View("base.py", tuple(code)), code) == code


def test_a_run_of_lines_is_found_without_its_indentation() -> None:
    assert find_run(("if a:", "    b", "    c"), "b\nc") == (1, 3)


def test_python_that_must_define_a_name_does_not_begin_with_tests() -> None:
    assert "main line+" in code_grammar("python", ("f",))
    assert "main" not in code_grammar("python")
    assert "main" not in code_grammar("bash", ("f",))


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("const a = [1, 2];", True),
        ("const a = [1, 2;", False),
        ('const a = "(";', True),
        ("return /[(]/.test(a);", True),
        ("a.filter((b) => /\\(/.test(b));", True),
        ("a.replace(/[\"']/g, '');", True),
        ("const a = b / (c / 2;", False),
    ],
)
def test_brackets(text: str, sound: bool) -> None:
    assert (find_problem("a.js", text) == "") is sound


@pytest.mark.parametrize(
    ("task", "missing"),
    [
        ("Add third(n) to a.py.", ("third",)),
        ("third(9) in a.py is wrong.", ()),
        ("Add a case to half(n) in a.py, with sorted(n).", ()),
    ],
)
def test_functions_to_be_added(task: str, missing: tuple[str, ...]) -> None:
    now = Situation(read_task(task), History(), frozenset())
    assert missing_functions(now, View("a.py", ("def half(n):", "    return n / 2"))) == missing


@pytest.mark.parametrize(
    ("asserted", "error", "sentence"),
    [
        ("self.assertEqual(f(), [])", "AssertionError: Lists differ: [1] != []", "f() gives [1] but must give []"),
        ("self.assertEqual(2, f(1))", "AssertionError: 2 != 1", "f(1) gives 1 but must give 2"),
        ("self.assertFalse(f(n))", "AssertionError: 1 is not false : b", "f(n) gives 1 but must give False, for 'b'"),
        ("self.assertEqual(f(1), 'x')", "AssertionError: 'ab[12 chars]c' != 'x'", ""),
        ("self.assertEqual(f(", "AssertionError: 2 != 1", ""),
        ("assert f(1) == 2", "AssertionError: 2 != 1", ""),
    ],
)  # fmt: skip
def test_a_failed_assertion_as_a_sentence(asserted: str, error: str, sentence: str) -> None:
    assert told(asserted, error) == sentence


def test_what_is_printed_below_such_a_sentence_is_left_out() -> None:
    output = UNITTEST.replace("AssertionError: 4 != 3\n", "AssertionError: 'a' != 'b'\n- a\n+ b\n")
    assert digest(run(output), {}).split("\n")[1:] == ["    median([4, 2]) gives 'a' but must give 'b'"]


CHECKED = Task("de.json has no text empty, which en.json has.", "change", ("de.json", "en.json"), ("empty",))


def test_of_data_files_the_one_the_check_finds_fault_with_is_changed() -> None:
    views = {path: View(path, (text,)) for path, text in (("de.json", "{}"), ("en.json", '{"empty": ""}'))}
    history = History(now=views, runs=[run("de.json: empty is missing")])
    assert find_target(CHECKED, history, "check") == "de.json"


def test_a_file_that_only_the_check_names_comes_before_the_script_it_runs() -> None:
    task = Task("check.py complains.", "change", ("check.py",))
    history = History(now={path: View(path, ("x",)) for path in ("check.py", "a.json")})
    assert find_target(task, history, "python3 check.py") == "a.json"
