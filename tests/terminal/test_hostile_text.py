"""Text that would steer a terminal, from everywhere at once, judged by the bytes that reach it."""

import attack_terminal


def test_nothing_from_outside_steers_the_terminal() -> None:
    tried = list(attack_terminal.attempts(quick=True))
    assert len(tried) > 300
    assert [name for name, succeeded in tried if succeeded] == []
