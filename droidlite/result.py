"""What the JSON result of a run tells of its model and of its check."""

from typing import Literal

from msgspec import Struct

from droidlite.types import Switch


class Routing(Struct, frozen=True, kw_only=True):
    """How the session's model was chosen, as in RoutingDecision, and every change of model since. All empty where the
    run could not begin."""

    model: str = ""
    endpoint: str = ""
    strategy: str = ""
    reasons: tuple[str, ...] = ()
    runners_up: tuple[str, ...] = ()
    switches: tuple[Switch, ...] = ()


class Review(Struct, frozen=True, kw_only=True):
    """What a model said of the diff; `approved` None: it gave no verdict."""

    model: str
    approved: bool | None
    reason: str = ""


class VerifyResult(Struct, frozen=True, kw_only=True):
    """How the check ended; `exit_code` None: it was stopped at its limit. `passed` is what counts, `reason` why;
    `unproven`: that it passed tells nothing that was not so before the work. `failing`: tests that count against it;
    `tampered`: files of the check itself without whose change it does not pass; `flaky`: tests that failed and passed
    when run again. Where nothing could be run, `review` is what a model said, and `passed` is None."""

    command: str = ""
    exit_code: int | None = None
    output: str = ""
    passed: bool | None = None
    reason: str = ""
    unproven: bool = False
    failing: tuple[str, ...] = ()
    tampered: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    review: Review | None = None


TrustState = Literal["nothing", "trusted", "untrusted", "changed", "unfit"]
TrustedBy = Literal["", "person", "flag", "pin", "policy"]


class Trust(Struct, frozen=True, kw_only=True):
    """Whether the settings and instructions a repository brings are used. state: "nothing" of it needs trust;
    "untrusted", or "changed" since it was trusted, or "unfit" to be: then `left_out` names what is not used, and
    `changed` the files that are other ones. `sha256` is over names, kinds and contents of all `files` ("" = unfit);
    `by` says who trusts it: a person before, --trust ("flag"), a pin, or policy; `problem` why it cannot be."""

    state: TrustState
    by: TrustedBy = ""
    sha256: str = ""
    files: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    problem: str = ""
