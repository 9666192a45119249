"""The story through the true binary: droidlite's own repository, its real tests, and nothing of the person's."""

import os
import re
from pathlib import Path

import pytest
from binary import configure, droidlite

COURSE = (
    r"SCRIPTED: two scripts answer, not models; nothing is charged\.",
    r"without commit 6937cd2: “An attempt that never connected costs nothing under a cap”",
    r"test_budget\.py · exit 1 test_attempts_that_never_connected_cost_nothing 1 failed, \d+ passed",
    r"auto: MiniMax-M3 until a failed check, then claude-opus-4-8 · fix · .* claude-opus-4-8 alone: \d+% at \$",
    r"· fix task .* · MiniMax-M3: \d+ runs of this kind",
    r"SCRIPTED MiniMax-M3: A call that reports no usage costs nothing now",
    r"· exit 1 .* 3 failed, \d+ passed",
    r"what the check printed goes back to MiniMax-M3",
    r"SCRIPTED MiniMax-M3: Without a status the service was never reached",
    r"· exit 1 .* 2 failed, \d+ passed",
    r"switching to claude-opus-4-8 costs \$0\.\d+ \(\d+k tokens cold\), success 0\.\d+ -> 0\.\d+, worth \$\d",
    r"staying \$[\d.]+, switching \$[\d.]+",
    r"it is given the conversation, what the check printed with it: [\d,]+ tokens",
    r"SCRIPTED claude-opus-4-8: Status 0 is also what a stalled stream has",
    r"✓ python -m pytest --tb=line tests/agent/test_budget\.py · exit 0 \d+ passed",
    r"- return self\.status < 400 and .* \+ return self\.sent",
    r"MiniMax-M3 +6 .*claude-opus-4-8 +2 .*together +\$0\.",
    r"claude-opus-4-8 alone \$0\.\d+ \(estimate, same tokens\): \$0\.\d+ saved, \d+%",
    r"nothing was charged",
    r"All of it happened, in",
)


def test_all_of_it_happens_whatever_the_person_has_set_up(folder: Path, home: Path) -> None:
    """The bug still fits, its check fails before and passes after; a policy and settings that stop everything do not
    count, nothing is kept, and what is no terminal gets no colour."""
    configure('model = "no-such-model"\nmax_cost_usd = 0.000001\nverify = "false"\n')
    policy = folder / "policy.toml"
    policy.write_text("[router]\nallowed = false\n")
    env = {"DROIDLITE_POLICY": str(policy), "ANTHROPIC_API_KEY": "not-a-key", "PYTEST_ADDOPTS": "--no-such-flag"}
    ran = droidlite("demo", "--story", cwd=folder, env=env | {"COLUMNS": "80"})
    assert ran.code == 0, ran.out + ran.err
    assert ran.err == ""
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "\x1b" not in ran.out
    assert re.search(".*?".join(COURSE), " ".join(ran.out.split())), ran.out
    assert os.listdir(home / "droidlite") == ["config"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--story", "--scripted"), "--story is scripted already; give --story or --scripted, not both."),
        (("--stori",), "No such option: --stori. Did you mean --story? See `droidlite demo --help`."),
    ],
)
def test_what_cannot_be_told_is_one_sentence(folder: Path, words: tuple[str, ...], sentence: str) -> None:
    ran = droidlite("demo", *words, cwd=folder)
    assert (ran.code, ran.out, ran.err) == (2, "", f"droidlite: {sentence}\n")
