"""What kind of task a prompt is taken for, how surely, and by which signs."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_corpus import SURE, Share, count_right, read_corpus

from droidlite.routing.features import Features, TaskKind, read_features

CORPUS, FILES = read_corpus()
FLOOR, SURE_FLOOR = 0.90, 0.96
"""Shares of the labelled prompts, both halves; below what scripts/kinds prints, so that a new prompt may be missed."""


def read(prompt: str, *, verified: bool = False) -> Features:
    return read_features(prompt, FILES, mode="interactive", verified=verified)


def told(prompt: str) -> tuple[str, float, tuple[str, ...]]:
    features = read(prompt)
    return features.kind, features.confidence, features.why


def test_the_corpus_is_as_large_and_mixed_as_it_claims() -> None:
    assert {labelled.kind for labelled in CORPUS} == set(get_args(TaskKind))
    assert len({labelled.text for labelled in CORPUS}) == len(CORPUS) >= 160
    assert sum(labelled.group == "foreign" for labelled in CORPUS) >= 20
    assert sum(labelled.group == "adversarial" for labelled in CORPUS) >= 20
    assert 0.4 < sum(labelled.held_out for labelled in CORPUS) / len(CORPUS) < 0.6


def test_labelled_prompts_are_read_right() -> None:
    answers = [(labelled, read(labelled.text)) for labelled in CORPUS]
    whole = count_right((labelled, features.kind) for labelled, features in answers)
    sure = count_right((labelled, features.kind) for labelled, features in answers if features.confidence >= SURE)
    assert share(whole) >= FLOOR
    assert share(sure) >= SURE_FLOOR
    assert sure.all >= len(CORPUS) / 2


def share(counted: Share) -> float:
    return counted.right / counted.all


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("fix the parser", ("fix", 0.75, ('"fix"',))),
        ("add a parser", ("feature", 0.75, ('"add parser"',))),
        ("add tests for the parser", ("tests", 0.75, ('"add tests"',))),
        ("split the parser", ("refactor", 0.75, ('"split"',))),
        ("document the parser", ("docs", 0.75, ('"document"',))),
        ("how does the parser work?", ("question", 0.75, ('"how"',))),
        ("install the parser", ("terminal", 0.75, ('"install"',))),
        ("the parser", ("other", 0.0, ())),
        ("", ("other", 0.0, ())),
        ("fix", ("other", 0.3, ('"fix"',))),
        ("why does the parser crash?", ("question", 0.6, ('"why"',))),
        ("write a fix for the test of the parser", ("fix", 0.75, ('"write fix"',))),
        ("refactor nothing, add tests for the parser", ("tests", 0.75, ('"add tests"',))),
        ("feat(parser): trailing commas", ("feature", 0.75, ('"feat:"',))),
        ("removed the old parser", ("refactor", 0.75, ('"remove"',))),
    ],
)
def test_one_sign_each(prompt: str, expected: tuple[str, float, tuple[str, ...]]) -> None:
    assert told(prompt) == expected


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ('Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError: 1', "a Python traceback"),
        ("    at render (src/App.tsx:27:18)", "a JavaScript stack"),
        ("\tat com.acme.Journal.post(Journal.java:71)", "a Java stack"),
        ("panic: boom\n\ngoroutine 1 [running]:", "a Go panic"),
        ("error[E0502]: cannot borrow\n  --> src/lib.rs:8:1", "a Rust error"),
        ("thread 'main' panicked at src/main.rs:2:5:", "a Rust error"),
        ("   at Shop.Cart.Total() in /src/Cart.cs:line 12", "a .NET stack"),
        ("app/cart.rb:12:in `total'", "a Ruby error"),
        ("PHP Fatal error:  Uncaught Error", "a PHP error"),
        ("ring.c:41:18: error: no member named 'head'", "a compiler's error"),
        ("src/a.ts(3,1): error TS2322: Type", "a compiler's error"),
        ("make: *** [all] Error 2", "a failed build"),
        ("ValueError: bad", "an error"),
        ("FAILED tests/test_cart.py::test_total - assert 1 == 2", "a failed test"),
        ("--- FAIL: TestTotal (0.00s)", "a failed test"),
        ("Segmentation fault (core dumped)", "a crash"),
    ],
)
def test_what_was_pasted_is_known_for_a_trace(pasted: str, name: str) -> None:
    features = read(pasted)
    assert (features.kind, features.has_trace, features.why[0]) == ("fix", True, name)


def test_a_log_is_no_trace() -> None:
    assert not read("2026-03-02 11:02:19 ERROR job 17 timed out after 30s, retrying").has_trace


def test_words_of_a_trace_are_not_taken_for_requests() -> None:
    assert told("Add the parser.\n\n2026-03-02 11:02:19 INFO run install deploy\n") == told("Add the parser.")
    assert told("Add the parser.\n```\ninstall docker\n```")[0] == "feature"


def test_an_issue_between_tags_is_resolved_whatever_the_words_around_it_ask_for() -> None:
    issue = "<issue_description>\nTotal is wrong for empty carts\n</issue_description>\n"
    assert read(issue + "Implement the necessary changes so that the issue is resolved.").kind == "fix"
    assert read(issue + "Write a unit test that fails before the issue is resolved.").kind == "tests"


def test_a_check_that_ends_the_task_speaks_against_a_question() -> None:
    prompt = "why does the parser crash?"
    assert (read(prompt).kind, read(prompt, verified=True).kind) == ("question", "question")
    assert read(prompt, verified=True).confidence < read(prompt).confidence


def test_the_middle_of_a_very_long_prompt_is_not_read() -> None:
    assert read("x " * 30_000 + "\nfix the parser\n" + "x " * 30_000).kind == "other"
    assert read("fix the parser\n" + "x\n" * 1_000_000).kind == "fix"


@given(st.text(), st.booleans())
@settings(deadline=None)
def test_any_text_has_a_kind_and_a_confidence(prompt: str, verified: bool) -> None:
    features = read(prompt, verified=verified)
    assert features.kind in get_args(TaskKind)
    assert 0.0 <= features.confidence <= 1.0
    assert features == read(prompt, verified=verified)


PIECES = (
    *(
        "fix",
        "add",
        "write",
        "tests",
        "docs",
        "the",
        "how",
        "run",
        "and",
        "don't",
        "refactor nothing",
        "修复",
        "error:",
    ),
    *(
        "`a.b`",
        "/etc/x",
        "a.py:3",
        "FAILED t.py::a",
        "Traceback (most recent call last)",
        "at f (a.js:1:2)",
        "feat(x): ",
    ),
    *(
        "\n",
        "\t",
        "<issue>",
        "</issue>",
        "<!--",
        "-->",
        "```",
        "\ud800",
        "\0",
        "?",
        ".",
        ",",
        "$ ",
        "# ",
        "(",
        "'",
        "\\",
    ),
)


@given(st.lists(st.sampled_from(PIECES)).map(" ".join))
@settings(deadline=None)
def test_nor_do_pieces_of_prompts_in_any_order_break_it(prompt: str) -> None:
    assert read(prompt).kind in get_args(TaskKind)
