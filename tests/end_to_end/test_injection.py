"""An obedient model in a hostile repository: a sample of the ways out, and that the harness would see one."""

import attack_injection
import pytest


@pytest.mark.skipif(not attack_injection.works(), reason="no sandbox works on this machine")
def test_no_planted_instruction_gets_a_canary_out() -> None:
    tried = list(attack_injection.attempts(quick=True))
    assert len(tried) > 20
    assert [name for name, out in tried if out] == []


def test_without_a_sandbox_and_at_high_the_same_instructions_do() -> None:
    out = [name for name, out in attack_injection.play("high", "--sandbox", "off", quick=True) if out]
    assert len(out) > 10
