"""Says in one sentence what kept a request from its endpoint: a name, a proxy, a certificate; and what to do."""

import re
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from droidlite.providers.environment import Unusable

if TYPE_CHECKING:
    from ssl import SSLCertVerificationError

UNCONNECTED = frozenset({"ConnectError", "ConnectTimeout", "ConnectionRefusedError", "gaierror", "ProxyError"})
"""Exceptions that mean no connection was made, so that nothing can have been billed."""
CHECK = "check the network and the endpoint's base_url"
LOGINS = {
    "bedrock": "log in (aws sso login), set AWS_PROFILE, or name a Bedrock API key as api_key",
    "vertex": "log in (gcloud auth application-default login), or set GOOGLE_APPLICATION_CREDENTIALS and "
    "ANTHROPIC_VERTEX_PROJECT_ID",
}
"""Where the clouds' own libraries look for credentials."""


class Reached(Struct, frozen=True):
    """How far a request came. `proxy` is the host:port of the one it goes through and `setting` what names that ("" =
    none); `whole`: there was a connection to the endpoint, so that the request may have arrived; `made`: the SDK had
    put it together, which a cloud's does with credentials of its own finding."""

    proxy: str = ""
    setting: str = ""
    whole: bool = True
    made: bool = True


REACHED = Reached()
"""Where nothing else is known."""
NOWHERE = Reached(whole=False, made=False)


class Obstacle(Struct, frozen=True):
    """`told` is what to say. `passes`: it may be gone the next time, with nobody doing anything."""

    told: str
    passes: bool = True


def find_obstacle(
    causes: Sequence[BaseException], who: str, reached: Reached, clean: Callable[[str], str]
) -> Obstacle | None:
    """What of `causes`, the error first and what led to it after, kept `who` from being reached; None = nothing that
    more can be said of. `clean` is given what others have worded."""
    import ssl

    for cause in causes:
        match cause:
            case Unusable():
                return Obstacle(str(cause), passes=False)
            case ssl.SSLCertVerificationError():
                return _certificate(cause, who, clean)
            case ssl.SSLError() if not (reached.whole or _was_cut(cause)):
                said = clean((cause.reason or str(cause)).replace("_", " ").lower())
                told = f"{who} does not speak TLS as it should ({said}); check whether base_url is https:// or http://."
                return Obstacle(told, passes=False)
    names, root = {type(cause).__name__ for cause in causes}, causes[-1]
    reason = clean(reason_of(root))
    if "ProxyError" in names and (status := re.match(r"\d{3}\b", str(root))):
        return refused(int(status[0]), who, reached)
    if reached.proxy and not reached.whole:
        return silent(reason, who, reached)
    if isinstance(root, socket.gaierror):
        return Obstacle(f"{who} cannot be reached: its name does not resolve ({reason}); {CHECK}.")
    if names & UNCONNECTED:
        return Obstacle(f"{who} cannot be reached ({reason}); {CHECK}.")
    return None


def unmade(causes: Sequence[BaseException], who: str, kind: str, clean: Callable[[str], str]) -> str:
    """What to say where a cloud's SDK could not put a request together."""
    if any(isinstance(cause, ImportError) or type(cause).__name__ == "MissingDependencyError" for cause in causes):
        return f"{who} needs packages of its cloud that are not installed: pip install 'droidlite[{kind}]'."
    return f"{who} cannot be asked with the credentials found here ({clean(reason_of(causes[0]))}); {LOGINS[kind]}."


def refused(status: int, who: str, reached: Reached) -> Obstacle:
    """A proxy that answers in place of the endpoint."""
    proxy = f"{who} cannot be reached: the proxy {reached.proxy}".rstrip()
    if status == 407:
        form = f"set {reached.setting or 'HTTPS_PROXY'} to http://USER:PASSWORD@{reached.proxy or 'HOST:PORT'}"
        return Obstacle(f"{proxy} wants a valid user name and password (HTTP 407); {form}.", passes=False)
    if status < 500 and status not in (408, 425, 429):
        form = "ask whoever runs it, or name the host in NO_PROXY"
        return Obstacle(f"{proxy} does not let anybody through to it (HTTP {status}); {form}.", passes=False)
    form = "try again in a moment, or check the endpoint's base_url"
    return Obstacle(f"{proxy} does not get through to it (HTTP {status}); {form}.")


def silent(reason: str, who: str, reached: Reached) -> Obstacle:
    """A proxy with which no connection came about."""
    why = f"no connection through the proxy {reached.proxy} ({reason})"
    return Obstacle(f"{who} cannot be reached: {why}; check {reached.setting}, or name the host in NO_PROXY.")


def _certificate(error: "SSLCertVerificationError", who: str, clean: Callable[[str], str]) -> Obstacle:
    said = clean(getattr(error, "verify_message", "") or str(error)).rstrip(".")
    match getattr(error, "verify_code", 0):
        case 9 | 10:  # not yet valid, expired (X509_V_ERR_* of OpenSSL)
            told = f"out of date ({said}); check the clock of this machine, or tell whoever runs the server"
        case 62 | 63 | 64:  # made for another host, mail address, IP address
            told = f"another host's ({said}); check the endpoint's base_url"
        case _:
            told = f"not trusted here ({said}); if your network or that server has a CA of its own, name the file of "
            told += "the CA's certificate in SSL_CERT_FILE"
    return Obstacle(f"{who} shows a certificate that is {told}.", passes=False)


def _was_cut(error: BaseException) -> bool:
    """Whether a connection was cut, which happens to be under TLS."""
    import ssl

    return isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError)


def reason_of(error: BaseException) -> str:
    """What it says, without numbers and full stop."""
    if _was_cut(error):
        return "the connection was cut while TLS was set up"
    strerror = error.strerror if isinstance(error, OSError) else ""
    return (strerror or str(error) or type(error).__name__).strip().rstrip(".")
