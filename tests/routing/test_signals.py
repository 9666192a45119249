"""Signs of being stuck: none in healthy sessions, found soon in stuck ones; each by itself, and what is left out."""

from collections.abc import Sequence

import pytest
from msgspec import structs
from stuck_sessions import PATTERNS, TAIL_USD, Scene, healthy, stuck

from droidlite.routing.ladder import TOGETHER
from droidlite.routing.signals import SIGNALS, Step, digest_of, fewest_steps, found

SOON = 3
"""Steps after the first at which a pattern can be told."""


def told_at(steps: Sequence[Step]) -> int | None:
    """The index of the first step at which enough signs hold."""
    for number in range(len(steps)):
        if len(found(steps[: number + 1], tail_usd=TAIL_USD)) >= TOGETHER:
            return number
    return None


def test_no_healthy_session_is_taken_for_a_stuck_one() -> None:
    """Seeds 0 to 99."""
    assert {seed: told_at(healthy(seed)) for seed in range(100) if told_at(healthy(seed)) is not None} == {}


def test_stuck_sessions_are_found_soon() -> None:
    """Seeds 0 to 99, twenty of each pattern."""
    late = []
    for seed in range(100):
        session = stuck(seed)
        at = told_at(session.steps)
        if at is None or at > session.at + SOON:
            late.append((seed, session.pattern, session.at, at))
    assert len(late) <= 5, late


def step(name: str = "shell", arguments: str = "{}", text: str = "", **more: object) -> Step:
    return structs.replace(Step(name=name, arguments=arguments, digest=digest_of(text)), **more)


def test_the_same_call_counts_only_with_the_same_result() -> None:
    same = [step("read", '{"file_path": "a"}', "text")] * 3
    assert found(same) == ("it repeats a call",)
    assert found([step("read", '{"file_path": "a"}', text) for text in ("one", "two", "three")]) == ()
    edited = step("edit", "{}", "Edited", changed=("a.py",))
    assert found([same[0], same[0], edited, same[0]]) == ()
    assert found([same[0], *[step("read", str(n), str(n) * n) for n in range(5)], *same[:2]]) == ()


def test_a_newest_step_that_is_different_ends_it() -> None:
    same = [step("read", '{"file_path": "a"}', "text")] * 5
    assert found([*same, step("grep", "{}", "something else")]) == ()


def test_calls_by_turns() -> None:
    a, b = step("read", "a", "one text"), step("read", "b", "another text")
    assert found([a, b, a, b]) == ("it goes back and forth between two calls",)
    assert found([b, a, b]) == ()


def test_an_error_that_outlives_three_edits() -> None:
    error = step(text="KeyError at line 3", is_error=True, exit_code=1, arguments="run")
    edit = step("edit", changed=("a.py",), text="Edited")
    steps = [error, *[s for n in range(3) for s in (structs.replace(edit, arguments=str(n)), error)]]
    assert "the same error stays after edits" in found(steps)
    assert "the same error stays after edits" not in found(steps[:-2])
    passed = [*steps[:3], structs.replace(error, is_error=False, digest=digest_of("fine")), *steps[3:]]
    assert "the same error stays after edits" not in found(passed)


def test_tests_that_fail_as_four_edits_ago() -> None:
    red = step(failing=frozenset({"a", "b"}), is_error=True, text="2 failed")
    edits = [step("edit", str(n), "Edited", changed=("a.py",)) for n in range(4)]
    assert "the same tests fail after edits" in found([red, *edits, red])
    assert "the same tests fail after edits" not in found([red, *edits[:3], red])
    fewer = structs.replace(red, failing=frozenset({"b"}))
    assert "the same tests fail after edits" not in found([red, *edits, fewer])
    unnamed = structs.replace(red, failing=None)
    assert "the same tests fail after edits" in found([unnamed, *edits, unnamed])
    assert "the same tests fail after edits" not in found([unnamed, *edits[:3], unnamed])
    assert "the same tests fail after edits" not in found([fewer, red, *edits[:2], fewer, *edits[2:], red])


def test_calls_that_cannot_be_read() -> None:
    bad, good = step(invalid=True, is_error=True, arguments="{"), step("read", "a", "text")
    assert found([bad]) == ()
    assert "its calls cannot be read" in found([bad, bad])
    assert "its calls cannot be read" in found([bad, good, bad, good, bad])


def test_no_sign_holds_before_its_fewest_steps_and_each_can_then() -> None:
    edits = [step("edit", str(n), "Edited", changed=("a.py",)) for n in range(4)]
    red, bad = step(is_error=True, text="2 failed"), step(invalid=True, arguments="{")
    again, other = step("read", "a", "text"), step("read", "b", "other")
    shortest = {
        "it repeats a call": [again] * 3,
        "it goes back and forth between two calls": [again, other] * 2,
        "the same error stays after edits": [red, edits[0], red, edits[1], red, edits[2], red],
        "the same tests fail after edits": [red, *edits, red],
        "its calls cannot be read": [bad] * 2,
        "nothing changes and nothing new is learned": [again] * 6,
    }
    assert set(shortest) == set(SIGNALS)
    for sign, steps in shortest.items():
        assert len(steps) == fewest_steps(sign)
        assert sign in found(steps)
        assert sign not in found(steps[1:])


def test_spend_is_a_sign_beside_others() -> None:
    dear = step(spent_usd=1.2)
    assert found([dear], tail_usd=1.0) == ("95% of the tasks it solves cost less than $1.00",)
    assert found([dear], tail_usd=1.3) == ()
    assert found([dear]) == ()


@pytest.mark.parametrize("blocked", ["permission", "network", "disk", "credential", "program"])
def test_what_no_model_can_help_is_no_sign(blocked: str) -> None:
    steps = [step(arguments="curl", text="no", is_error=True, blocked=blocked)] * 10
    assert found(steps, tail_usd=0.0) == ()
    assert found([*steps, step("read", "a", "text")]) == ()


def test_no_word_of_an_output_is_a_sign() -> None:
    words = "error: failed, I apologise, traceback, actually, fatal: permission denied"
    assert found([step("read", str(n), words + "x" * n) for n in range(20)]) == ()


def test_digests_are_blind_to_numbers_times_and_addresses_only() -> None:
    one = "2026-11-24 10:00:01 <Cart at 0x7f12ab> failed after 1.23s"
    assert digest_of(one) == digest_of("2026-11-25 11:59:59 <Cart at 0x55deef> failed  after 99.1s\n")
    assert digest_of(one) != digest_of(one.replace("Cart", "Card"))


def test_the_generators_make_what_they_say() -> None:
    assert {stuck(seed).pattern for seed in range(5)} == set(PATTERNS)
    sessions = [healthy(seed) for seed in range(100)]
    assert sum(any(s.is_error for s in steps) for steps in sessions) > 95
    assert sum(steps[-1].spent_usd >= TAIL_USD for steps in sessions) in range(1, 25)
    assert Scene(1).read() == Scene(1).read()
