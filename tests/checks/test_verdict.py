"""What a run of a check says, alone and against how it went before the work."""

import pytest

from droidlite.checks.tests import Tests
from droidlite.checks.verdict import Ran, Verdict, judge, named_in


def ran(code: int | None, *failing: str, ran: int = 10, passing: frozenset[str] | None = None) -> Ran:
    return Ran(exit_code=code, tests=Tests(frozenset(failing), passing, ran), known=True)


RED = ran(1, "t::test_a", "t::test_b")


@pytest.mark.parametrize(
    ("run", "before", "prompt", "verdict"),
    [
        (ran(0), None, "", Verdict(passed=True)),
        (ran(0), RED, "", Verdict(passed=True)),
        (Ran(exit_code=0), None, "", Verdict(passed=True)),
        (
            Ran(exit_code=0, known=True), None, "",
            Verdict(passed=False, reason="It ended with exit code 0, but it says of no test that it ran."),
        ),
        (
            ran(0, ran=0), None, "",
            Verdict(passed=False, reason="It ended with exit code 0, but it says of no test that it ran."),
        ),
        (
            ran(0), ran(0), "",
            Verdict(passed=True, unproven=True, reason="It passed before any work: it tells only what breaks."),
        ),
        (ran(1, "t::test_a"), None, "", Verdict(passed=False, failing=("t::test_a",))),
        (ran(1, "t::test_a"), Ran(exit_code=None), "", Verdict(passed=False, failing=("t::test_a",))),
        (
            ran(1, "t::test_a", "t::test_c"), RED, "",
            Verdict(passed=False, failing=("t::test_c",), reason="Newly failing: t::test_c."),
        ),
        (
            ran(1, "t::test_b"), RED, "mend test_a",
            Verdict(passed=True, failing=("t::test_b",), reason="What fails failed before the work too: t::test_b."),
        ),
        (
            ran(1, "t::test_b"), RED, "mend test_b",
            Verdict(passed=False, failing=("t::test_b",), reason="Named in the task and still failing: t::test_b."),
        ),
        (
            RED, RED, "add a button",
            Verdict(
                passed=True, unproven=True, failing=("t::test_a", "t::test_b"),
                reason="What fails failed before the work too: t::test_a, t::test_b.",
            ),
        ),
        (
            ran(1, "t::test_b", ran=4), RED, "",
            Verdict(passed=False, failing=("t::test_b",), reason="4 tests ran; before the work it was 10."),
        ),
        (
            ran(3, "t::test_b"), RED, "",
            Verdict(passed=False, failing=("t::test_b",), reason="It fails in another way than before the work."),
        ),
        (ran(None), RED, "", Verdict(passed=False, reason="It was stopped at its limit of time.")),
        (
            ran(127), RED, "",
            Verdict(passed=False, reason="It cannot be run: exit code 127 of the shell says so."),
        ),
    ],
)  # fmt: skip
def test_a_run_is_judged(run: Ran, before: Ran | None, prompt: str, verdict: Verdict) -> None:
    assert judge(run, before, prompt) == verdict


def test_a_red_test_that_is_skipped_now_is_not_mended() -> None:
    before = ran(1, "t::test_a", passing=frozenset({"t::test_b"}))
    now = ran(0, ran=1, passing=frozenset({"t::test_b"}))
    reason = "Failed before, and now skipped or gone: t::test_a."
    assert judge(now, before) == Verdict(passed=False, failing=("t::test_a",), reason=reason)


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("fix the failing test", {"tests.test_cart::test_total", "tests.test_shop.ShopTest::test_open"}),
        (
            "the tests are failing, please mend them",
            {"tests.test_cart::test_total", "tests.test_shop.ShopTest::test_open"},
        ),
        ("fix the failing test in tests/test_cart.py", {"tests.test_cart::test_total"}),
        ("make test_open pass", {"tests.test_shop.ShopTest::test_open"}),
        ("ShopTest fails", {"tests.test_shop.ShopTest::test_open"}),
        ("fix the failing test in tests/test_other.py", set()),
        ("add a test command to the build", set()),
        ("total is wrong", set()),
    ],
)
def test_a_prompt_names_tests(prompt: str, named: set[str]) -> None:
    assert named_in(prompt, ["tests.test_cart::test_total", "tests.test_shop.ShopTest::test_open"]) == named


def test_a_title_in_words_is_named_where_it_is_quoted() -> None:
    failing = ["Cart › rounds to cents", "Cart › is empty at first"]
    assert named_in('The test "rounds to cents" must pass.', failing) == {"Cart › rounds to cents"}
