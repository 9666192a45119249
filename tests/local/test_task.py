"""What a message to the embedded model wants, read by rule."""

import pytest

from droidlite.providers.local.task import read_task


@pytest.mark.parametrize(
    ("text", "checked", "kind"),
    [
        ("Fix total() in cart.py: it forgets the last item.", False, "change"),
        ("total() in cart.py forgets the last item.", False, "change"),
        ("What does total() in cart.py do?", False, "question"),
        ("total() in cart.py is slow, isn't it?", False, "question"),
        ("Why does total() in cart.py forget the last item?", True, "change"),
        ("Hello there.", False, "question"),
        ("Run the tests.", False, "command"),
        ("Running find() twice gives another answer the second time.", True, "change"),
        ("Find in search.py gives the wrong folder", True, "change"),
    ],
)
def test_kind(text: str, checked: bool, kind: str) -> None:
    assert read_task(text, checked=checked).kind == kind
