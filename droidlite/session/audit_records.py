"""Records that are there for an audit: who let what run, which hosts were reached, what the host itself ran, and under
what a session was opened. None changes the conversation."""

from typing import Literal

from msgspec import Struct

from droidlite.types import Autonomy

Grounds = Literal["reads", "autonomy", "rule", "check", "once", "session", "always", "no", "nobody", "tools"]
"""What a call was allowed or refused by. reads: it only reads. autonomy: the level in force. rule: one of settings,
policy or an earlier answer. check: it is the check itself. once, session, always, no: the person's answer. nobody: it
would have been asked about, and nobody could be. tools: --allowed-tools or --disallowed-tools."""


class Opened(Struct, frozen=True, kw_only=True, tag="opened"):
    """A process opened the session `at` seconds since 1970, to begin it or to go on with it. `headless`: nobody can be
    asked. `sandbox` is what commands run in, as the sandbox names itself ("" = none is recorded); `policy` are the
    policy files in force, `rules` what needs no question, each with where it comes from."""

    at: float
    droidlite: str = ""
    headless: bool = False
    autonomy: Autonomy = "off"
    sandbox: str = ""
    policy: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class VerdictGiven(Struct, frozen=True, kw_only=True, tag="verdict_given"):
    """Whether one call may run, said `at` seconds since 1970, before it does. `what` is the exact command, path or
    address; `why` the reason a person is given, `rule` the rule that decided ("" = none did)."""

    call_id: str
    tool: str
    what: str
    allowed: bool
    grounds: Grounds
    why: str = ""
    rule: str = ""
    autonomy: Autonomy = "off"
    at: float = 0.0


class Reached(Struct, frozen=True, kw_only=True, tag="reached"):
    """A call is about to connect to `host`; each redirect is one of its own. `refused`: it was not connected to."""

    call_id: str
    host: str
    port: int
    refused: bool = False
    at: float = 0.0


class HostRan(Struct, frozen=True, kw_only=True, tag="host_ran"):
    """A command that no model asked for came to its end: what the person typed behind `!`, or the check. `exit_code`
    None = it was stopped; `aside`: in a copy of the tree, or beside other work. `at` is when it began."""

    command: str
    by: Literal["person", "check"]
    exit_code: int | None
    seconds: float = 0.0
    aside: bool = False
    sandbox: str = ""
    at: float = 0.0


class AutonomySet(Struct, frozen=True, kw_only=True, tag="autonomy_set"):
    """The person changed what runs without asking."""

    autonomy: Autonomy
    at: float = 0.0


class RuleRevoked(Struct, frozen=True, kw_only=True, tag="rule_revoked"):
    """The person took back a rule; it is asked about again."""

    rule: str
    at: float = 0.0


AuditRecord = Opened | VerdictGiven | Reached | HostRan | AutonomySet | RuleRevoked
