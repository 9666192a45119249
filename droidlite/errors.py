"""Everything that can go wrong, as one tree, with the exit code each branch ends in.

DroidliteError            1   the run failed
|- UsageError             2   flags, model, prompt, folder or session that cannot be used
|  `- SettingsError       2   a settings file: names file, line and key
|- CapReached             3   --max-cost or --max-turns (`subtype` says which)
|- VerifyFailed           4   finished, but the verify command still fails
|- ProviderError      75, 1   a model service failed; `retry` says what may help, 1 that no later try will
|- Refused               77   policy or permission said no
|- TimedOut             124   --timeout
`- Interrupted      130, 143  Ctrl-C or SIGTERM
"""

from typing import Literal

Retry = Literal["same", "other", "never"]
"""What may help: the same endpoint again, another endpoint, or nothing but a changed request."""

Fault = Literal[
    "rate_limit",  # 429; `retry_after` tells the seconds where the server said them
    "overloaded",  # 529, or overloaded_error inside a 200 stream
    "server",  # any other 5xx
    "network",  # refused, reset, DNS, TLS
    "stalled",  # no progress within the limit, pings included
    "incomplete",  # the stream ended without its terminal event
    "malformed",  # a body or event that is not the protocol
    "empty",  # a reply with neither text nor calls
    "auth",  # 401, 403
    "quota",  # out of credit
    "model",  # the endpoint does not know the model, or has no such service at all
    "context",  # the request does not fit the context window
    "refusal",  # the model or a content filter refused
    "invalid",  # any other 4xx
]

Subtype = Literal[
    "success",
    "error_max_cost",
    "error_max_turns",
    "error_timeout",
    "error_verify",
    "error_upstream",
    "error_policy",
    "error_during_execution",
]
"""How a run ended, as scripts are told."""

LASTING: frozenset[Fault] = frozenset({"auth", "quota", "model", "context", "refusal", "invalid"})
"""Faults that the same request meets again, however long one waits."""


class DroidliteError(Exception):
    """One clear sentence for the person: what was wrong, where, and what to do."""

    exit_code = 1
    subtype: Subtype = "error_during_execution"


class UsageError(DroidliteError):
    exit_code = 2


class SettingsError(UsageError):
    """A settings file that cannot be read: `file`, `line` (1-based, 0 unknown) and `key` ("" unknown)."""

    def __init__(self, problem: str, *, file: str, line: int = 0, key: str = "") -> None:
        self.file, self.line, self.key = file, line, key
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {f'{key}: ' if key else ''}{problem}")


class CapReached(DroidliteError):
    """A cap the person set would be passed; nothing was sent. `subtype` is error_max_cost or error_max_turns;
    `needed_usd` is the worst case of the call that was not sent; `shared`: it is the cap of a ledger, which nobody can
    raise, and `pending_usd` what others hold of it that would be enough if it came back. `why` is the sentence about
    the cap where the message is a closing summary."""

    exit_code = 3

    def __init__(
        self, message: str, *, subtype: Subtype, needed_usd: float = 0.0, shared: bool = False, why: str = ""
    ) -> None:
        super().__init__(message)
        self.why = why or message
        self.subtype = subtype
        self.needed_usd = needed_usd
        self.shared = shared
        self.pending_usd = 0.0


class VerifyFailed(DroidliteError):
    exit_code = 4
    subtype: Subtype = "error_verify"


class ProviderError(DroidliteError):
    """A model service failed. `retry_after` is in seconds; `status` is the HTTP status or 0; `sent` is False where no
    connection was made; `lasting`: somebody must mend something first, though the fault mostly passes by itself. Exit
    code and subtype say "try later" only where that may help."""

    exit_code = 75
    subtype: Subtype = "error_upstream"

    def __init__(
        self,
        message: str,
        *,
        fault: Fault,
        retry: Retry,
        status: int = 0,
        retry_after: float | None = None,
        sent: bool = True,
        lasting: bool = False,
    ) -> None:
        super().__init__(message)
        self.fault: Fault = fault
        if lasting or fault in LASTING:
            self.exit_code, self.subtype = DroidliteError.exit_code, DroidliteError.subtype
        self.retry: Retry = retry
        self.status = status
        self.retry_after = retry_after
        self.sent = sent

    @property
    def billed(self) -> bool:
        """Whether the call may have cost something: the service had begun to answer, or nobody can know."""
        return self.sent and self.status < 400 and self.fault not in ("auth", "quota", "model", "context", "invalid")


class Refused(DroidliteError):
    exit_code = 77
    subtype: Subtype = "error_policy"


class TimedOut(DroidliteError):
    exit_code = 124
    subtype: Subtype = "error_timeout"


class Interrupted(DroidliteError):
    """The person or the system asked to stop: exit 130 for Ctrl-C, 143 for SIGTERM."""

    exit_code = 130

    def __init__(self, message: str = "Interrupted.", *, exit_code: int = 130) -> None:
        super().__init__(message)
        self.exit_code = exit_code
