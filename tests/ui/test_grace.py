"""Which keys a dialog takes that appeared while someone typed."""

from droidlite.ui.grace import Grace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_no_key_is_taken_until_nothing_was_typed_for_a_while() -> None:
    clock = Clock()
    grace = Grace(0.6, clock)
    taken = []
    for key in ("text", "enter", "tab", "backspace", "text", "down", "escape", "up"):
        clock.now += 0.5
        taken.append(grace.takes(key))
    assert taken == [False, False, False, False, False, False, True, True]


def test_what_only_moves_does_not_keep_it_from_being_taken() -> None:
    clock = Clock()
    grace = Grace(0.6, clock)
    taken = []
    for key in ("down", "escape", "down", "enter"):
        clock.now += 0.3
        taken.append(grace.takes(key))
    assert taken == [False, True, True, True]
