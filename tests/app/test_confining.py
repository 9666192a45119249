"""What is said where no sandbox that the policy allows works."""

import pytest

from droidlite.app import confining
from droidlite.app.confining import refuse_without
from droidlite.errors import Refused
from droidlite.sandbox.probe import Found
from droidlite.settings.policy import Minimum

NONE = Found("none", ("bwrap: bubblewrap is not installed", "policy p:2 wants bwrap at least, landlock works here"))


def said(minimum: Minimum, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(confining.sys, "platform", "linux")
    with pytest.raises(Refused) as caught:
        refuse_without(NONE, minimum)
    return str(caught.value)


@pytest.mark.parametrize(
    ("minimum", "landlock", "off"), [("off", True, True), ("landlock", True, False), ("bwrap", False, False)]
)
def test_no_way_is_told_that_the_policy_does_not_let_go(
    minimum: Minimum, landlock: bool, off: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *ways = said(minimum, monkeypatch).splitlines()
    assert first == (
        "Nothing runs without a sandbox, and none works here (bwrap: bubblewrap is not installed; policy p:2 wants "
        "bwrap at least, landlock works here). To get one:"
    )
    told = "\n".join(ways)
    assert ("apt install bubblewrap" in told, "Landlock" in told, "--sandbox off" in told) == (True, landlock, off)
