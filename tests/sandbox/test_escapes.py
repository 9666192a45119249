"""The sandbox against ways out of it: a sample here, all of them by scripts/attack sandbox."""

import pytest
from attack_sandbox import BACKENDS, QUICK, tried, users, why_not
from escapes import CONTROL, ESCAPES

from droidlite.sandbox.confinement import Mechanism

REAL = (
    *("a file beside the folder", "a key in the home", "git's settings", "a server that was not there"),
    *("a script of the check", "TCP", "UDP", "a socket in the file system", "an abstract socket"),
    *("any setting of the kernel's", "what others have open", "git config"),
)
"""What certainly gets out where nothing holds it, so that the others are known to be looked at."""


ALWAYS = tuple(each for each in ESCAPES if each.name == "the kernel's pattern for cores")
"""It did get out once, of bubblewrap as root."""


@pytest.mark.parametrize("user", users())
@pytest.mark.parametrize("mechanism", BACKENDS)
def test_no_way_out(mechanism: Mechanism, user: str) -> None:
    if why := why_not(mechanism):
        pytest.skip(f"{mechanism} does not work here: {why}")
    assert tried(mechanism, user, (CONTROL,)) == [(CONTROL.name, True)]
    found = tried(mechanism, user, (*ESCAPES[::QUICK], *ALWAYS))
    assert ([name for name, out in found if out], len(found) > 5) == ([], True)


@pytest.mark.parametrize("name", REAL)
def test_without_a_sandbox_it_gets_out(name: str) -> None:
    escape = next(each for each in ESCAPES if each.name == name)
    assert tried("off", users()[-1], (escape,)) == [(name, True)]
