"""What each runner's words tell of its tests."""

import pytest

from droidlite.checks.tests import Tests, read_tests

PYTEST = """F.                                                            [100%]
=========================== short test summary info ============================
FAILED tests/test_cart.py::test_total[a-b] - assert 1 == 2
ERROR tests/test_broken.py
1 failed, 1 passed, 2 skipped, 1 error in 0.12s
"""
UNITTEST = """======================================================================
FAIL: test_add (test_calc.CalcTest.test_add)
----------------------------------------------------------------------
======================================================================
ERROR: test_sub (test_calc.CalcTest) (i=3)
----------------------------------------------------------------------
Ran 5 tests in 0.001s

FAILED (failures=1, errors=1, skipped=2)
"""
TAP = """TAP version 13
# Subtest: adds
not ok 1 - adds
# Subtest: /x/a.test.js
    not ok 1 - takes away
not ok 2 - /x/a.test.js
1..2
# tests 4
# pass 2
# fail 2
"""
SPEC = """✖ adds (1.2ms)
✔ twice (0.1ms)
ℹ tests 2
ℹ pass 1
ℹ fail 1

✖ failing tests:

✖ adds (1.2ms)
"""
JEST = """FAIL ./cart.test.js
  ● Cart › total › rounds

    expect(received)
Tests:       1 failed, 1 skipped, 2 passed, 4 total
"""
VITEST = """ FAIL  cart.test.ts > Cart > total
 Test Files  1 failed (1)
      Tests  1 failed | 2 passed (3)
"""
MOCHA = """
  1 passing (4ms)
  1 failing

  1) Cart total:
"""
CARGO = """running 2 tests
test cart::total ... FAILED
test cart::empty ... ok
test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
"""
GO = """--- FAIL: TestTotal (0.00s)
    --- FAIL: TestTotal/empty (0.00s)
FAIL
FAIL\texample.com/cart\t0.003s
ok  \texample.com/shop\t0.002s
ok  \texample.com/none\t0.002s [no tests to run]
?   \texample.com/main\t[no test files]
"""
CTEST = """50% tests passed, 1 tests failed out of 2

The following tests FAILED:
\t  2 - cart_total (Failed)
"""
MAVEN = """[ERROR] Failures:
[ERROR]   CartTest.total:12 expected: <1> but was: <2>
[ERROR] Tests run: 5, Failures: 1, Errors: 0, Skipped: 1
"""
GRADLE = """CartTest > total() FAILED
    org.opentest4j.AssertionFailedError at CartTest.java:12
2 tests completed, 1 failed
"""


@pytest.mark.parametrize(
    ("runner", "output", "told"),
    [
        ("pytest", PYTEST, Tests(frozenset({"tests/test_cart.py::test_total[a-b]", "tests/test_broken.py"}), None, 3)),
        ("pytest", "no tests ran in 0.01s\n", Tests(ran=0)),
        ("pytest", "== 3 passed, 1 warning in 61.50s (0:01:01) ==\n", Tests(ran=3)),
        (
            "unittest", UNITTEST,
            Tests(frozenset({"test_calc.CalcTest.test_add", "test_calc.CalcTest.test_sub"}), None, 3),
        ),
        ("node", TAP, Tests(frozenset({"adds", "takes away"}), None, 4)),
        ("node", SPEC, Tests(frozenset({"adds"}), None, 2)),
        ("jest", JEST, Tests(frozenset({"Cart › total › rounds"}), None, 3)),
        ("vitest", VITEST, Tests(frozenset({"cart.test.ts > Cart > total"}), None, 3)),
        ("mocha", MOCHA, Tests(frozenset({"Cart total:"}), None, 2)),
        ("cargo", CARGO, Tests(frozenset({"cart::total"}), None, 5)),
        ("go", GO, Tests(frozenset({"example.com/cart.TestTotal", "example.com/cart.TestTotal/empty"}), None, 2)),
        ("ctest", CTEST, Tests(frozenset({"cart_total"}), None, 2)),
        ("maven", MAVEN, Tests(frozenset({"CartTest.total"}), None, 4)),
        ("gradle", GRADLE, Tests(frozenset({"CartTest > total()"}), None, 2)),
    ],
)  # fmt: skip
def test_each_runner_is_read(runner: str, output: str, told: Tests) -> None:
    assert read_tests(runner, output) == told


@pytest.mark.parametrize(
    "runner", ["pytest", "unittest", "node", "jest", "vitest", "cargo", "go", "ctest", "maven", ""]
)
def test_what_tells_of_no_test_tells_nothing(runner: str) -> None:
    assert read_tests(runner, "Traceback (most recent call last):\nerror: no such file\n") is None


def test_a_cut_output_tells_nothing_of_the_tests_that_are_missing() -> None:
    cut = PYTEST.replace("====\n", "====\n\n... 900 characters left out; the whole output is in /x ...\n\n", 1)
    assert read_tests("pytest", cut) is None


def test_a_report_is_believed_over_the_output() -> None:
    report = b"""<testsuites><testsuite>
    <testcase classname="tests.test_cart" name="test_total"><failure message="x"/></testcase>
    <testcase classname="tests.test_cart" name="test_empty"/>
    <testcase classname="tests.test_cart" name="test_later"><skipped/></testcase>
    </testsuite></testsuites>"""
    failing, passing = frozenset({"tests.test_cart::test_total"}), frozenset({"tests.test_cart::test_empty"})
    assert read_tests("pytest", PYTEST, report) == Tests(failing, passing, 2)
    assert read_tests("pytest", "no tests ran in 0.01s", b"<not xml") == Tests(ran=0)
