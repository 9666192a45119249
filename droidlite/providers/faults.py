"""Turns everything a model service or the network can do wrong into one ProviderError with one clear sentence."""

import re
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

import msgspec

from droidlite.errors import Fault, ProviderError, Retry
from droidlite.providers.reaching import REACHED, Obstacle, Reached, find_obstacle, refused, silent
from droidlite.types import Endpoint

KEY_LIKE = re.compile(
    r"(?i:bearer\s+|basic\s+)[\w.~+/=-]{8,}|\b(?:sk|pk|rk|key|gsk|xai|ghp|gho|hf|AIza|AKIA)[-_]?[A-Za-z0-9][\w-]{11,}"
)
CONTEXT_SIGNS = re.compile(
    r"prompt is too long|context.?(length|window|size)|too many (input )?tokens|input is too long|maximum.{0,20}tokens"
    r"|exceeds? the (model'?s )?(maximum|limit).{0,30}token",
    re.IGNORECASE,
)
QUOTA_SIGNS = re.compile(
    r"credit balance|exceeded your current quota|insufficient.{0,10}(quota|credit|balance|funds)", re.I
)
MODEL_SIGNS = re.compile(r"model.{0,80}(not found|does not exist|not exist|unknown|not supported|invalid)", re.I)

CODES: dict[str, Fault] = {
    "insufficient_quota": "quota",
    "billing_error": "quota",
    "billing_not_active": "quota",
    "billing_hard_limit_reached": "quota",
    "authentication_error": "auth",
    "invalid_api_key": "auth",
    "permission_error": "auth",
    "not_found_error": "model",
    "model_not_found": "model",
    "context_length_exceeded": "context",
    "request_too_large": "context",
    "exceed_context_size_error": "context",
    "string_above_max_length": "context",
    "content_filter": "refusal",
    "content_policy_violation": "refusal",
    "bio_policy": "refusal",
    "misalignment_policy_violation": "refusal",
    "cyber_policy_violation": "refusal",
    "rate_limit_error": "rate_limit",
    "rate_limit_exceeded": "rate_limit",
    "overloaded_error": "overloaded",
    "server_is_overloaded": "overloaded",
    "slow_down": "overloaded",
    "api_error": "server",
    "server_error": "server",
    "timeout_error": "server",
    "invalid_request_error": "invalid",
    "invalid_prompt": "invalid",
}
"""What the services call their errors, in `error.code` or `error.type`, whatever the HTTP status."""

STATUSES: dict[int, Fault] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "model",
    408: "server",
    409: "server",
    413: "context",
    425: "server",
    429: "rate_limit",
    529: "overloaded",
}
RETRIES: dict[Fault, Retry] = {
    "rate_limit": "same",
    "overloaded": "same",
    "server": "same",
    "network": "same",
    "stalled": "same",
    "incomplete": "same",
    "malformed": "same",
    "empty": "same",
    "auth": "other",
    "quota": "other",
    "model": "other",
    "context": "never",
    "refusal": "never",
    "invalid": "never",
}
SENTENCES: dict[Fault, str] = {
    "rate_limit": "{who} limits the rate of requests{wait}; wait, or use another endpoint or model.",
    "overloaded": "{who} is overloaded; try again in a moment, or use another endpoint or model.",
    "server": "{who} failed with {status}; try again in a moment, or use another endpoint or model.",
    "auth": "{who} refused the API key ({status}); check the key and its permissions in your settings.",
    "quota": "{who} says the account is out of credit or quota; add credit, or use another endpoint or model.",
    "model": "{who} does not know model {model}; check the model name and the endpoint's base_url and protocol.",
    "context": "The conversation does not fit the context of {model} at {who}; compact it or use a larger model.",
    "refusal": "{model} at {who} refused this request on policy grounds; change the request.",
    "invalid": "{who} rejected the request ({status}); the request must change.",
    "stalled": "{who} stopped making progress; try again, or use another endpoint or model.",
    "incomplete": "{who} ended its answer before it was complete; try again.",
    "malformed": "{who} answered with something that is not its protocol; check the endpoint's base_url and protocol.",
    "empty": "{model} at {who} answered with neither text nor a tool call; try again.",
    "network": "{who} cannot be reached; check the network and the endpoint's base_url.",
}


class BadStatus(Exception):
    """An HTTP answer that is no success, before any SDK made up its mind about it."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.headers, self.body = status, headers, body


UNREADABLE = frozenset(
    {"JSONDecodeError", "DecodeError", "ValidationError", "UnicodeDecodeError", "DecodingError", "TooLarge"}
)
"""Exceptions that mean an answer in another language than the protocol's."""


class Faults:
    """Words errors for one endpoint and one model. Every method returns the ProviderError to raise."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self.endpoint, self.model = endpoint, model

    def make(
        self, fault: Fault, detail: str = "", *, status: int = 0, retry_after: float | None = None, final: bool = False
    ) -> ProviderError:
        """`detail` is the service's own words, shown after ours; `final` turns "same" into "other"."""
        retry = RETRIES[fault]
        if final and retry == "same":
            retry = "other"
        sentence = SENTENCES[fault].format(
            who=self._who(),
            model=self.model,
            status=f"HTTP {status}" if status else "an error",
            wait=f" for {retry_after:g} s" if retry_after else "",
        )
        told = self.scrub(detail)
        message = f"{sentence} It said: {told}" if told else sentence
        return ProviderError(message, fault=fault, retry=retry, status=status, retry_after=retry_after)

    def from_status(self, bad: BadStatus) -> ProviderError:
        """The error for an HTTP status, read from the body and the headers of both vendors and their imitators."""
        if 300 <= bad.status < 400:
            target = self.scrub(bad.headers.get("location", ""))
            elsewhere = f"{self._who()} redirects elsewhere (HTTP {bad.status}), where no key is sent"
            told = f"{elsewhere}; check the endpoint's base_url. It said: redirected to {target}"
            return ProviderError(told, fault="invalid", retry="other", status=bad.status)
        return self.from_body(_json(bad.body), status=bad.status, headers=bad.headers)

    def from_body(
        self, body: object, *, status: int = 0, headers: Mapping[str, str] | None = None, text: str = ""
    ) -> ProviderError:
        """The error for an error object, sent as a body or inside a stream that had begun well (`status` 200)."""
        codes, message = _read_error(body)
        numbers = [int(code) for code in codes if code.isdigit()]
        fault = classify(numbers[0] if status in (0, 200) and numbers else status, codes, message or text)
        headers = headers or {}
        return self.make(
            fault,
            message or text,
            status=status,
            retry_after=retry_after(headers) if fault in ("rate_limit", "overloaded", "server") else None,
            final=headers.get("x-should-retry", "").lower() == "false",
        )

    def from_exception(self, error: BaseException, reached: Reached = REACHED) -> ProviderError:
        """The error for whatever an SDK, its HTTP library or a socket raised when a request had come as far as
        `reached`."""
        chain = list(_chain(error))
        for cause in chain:
            match cause:
                case ProviderError():
                    return cause
                case BadStatus(status=407):
                    return self._unreached(refused(407, self._who(), reached))
                case BadStatus():
                    return self.from_status(cause)
        if (obstacle := find_obstacle(chain, self._who(), reached, self.scrub)) is not None:
            return self._unreached(obstacle)
        if (missing := next((cause for cause in chain if isinstance(cause, ImportError)), None)) is not None:
            return self.make("invalid", str(missing), final=True)  # a cloud's own libraries, which its SDK asks for
        names = {type(cause).__name__ for cause in chain}
        if names & {"ReadTimeout", "WriteTimeout"}:
            return self.make("stalled")
        root = chain[-1]
        if names & UNREADABLE:
            return self.make("malformed", str(root))
        made = self.make("network", str(root) or type(root).__name__)
        made.sent = reached.whole
        return made

    def stalled(self, limit: float, reached: Reached) -> ProviderError:
        """The error for no progress within `limit` seconds."""
        told = f"no progress for {limit:g} s"
        if reached.proxy and not reached.whole:
            return self._unreached(silent(told, self._who(), reached))
        made = self.make("stalled", told)
        made.sent = reached.whole
        return made

    def _unreached(self, obstacle: Obstacle) -> ProviderError:
        retry: Retry = "same" if obstacle.passes else "other"
        return ProviderError(obstacle.told, fault="network", retry=retry, sent=False, lasting=not obstacle.passes)

    def scrub(self, text: str) -> str:
        """One line of at most 300 characters without control characters, the endpoint's key or anything like a key."""
        if self.endpoint.api_key:
            text = text.replace(self.endpoint.api_key, "[key]")
        text = KEY_LIKE.sub("[key]", text)
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text if len(text) <= 300 else text[:299] + "…"

    def _who(self) -> str:
        host = urlsplit(self.endpoint.base_url).hostname
        return f"Endpoint {self.endpoint.name} ({host})" if host else f"Endpoint {self.endpoint.name}"


def classify(status: int, codes: tuple[str, ...], message: str) -> Fault:
    """The fault behind an HTTP status, the service's own error codes and its message (the last resort)."""
    named = [CODES[code] for code in codes if code in CODES]
    firm = [fault for fault in named if fault not in ("invalid", "server", "rate_limit")]
    if firm:
        return firm[0]
    if QUOTA_SIGNS.search(message) and status in (0, 200, 400, 403, 429):
        return "quota"
    if CONTEXT_SIGNS.search(message) and status in (0, 200, 400, 422, 500) and "rate_limit" not in named:
        return "context"
    if status == 400 and MODEL_SIGNS.search(message):
        return "model"
    if status in STATUSES:
        return STATUSES[status]
    if status >= 500:
        return "overloaded" if "overloaded" in message.lower() else "server"
    if named:
        return named[0]
    return "invalid" if 300 <= status < 500 else "server"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `retry-after-ms` or `retry-after` (seconds or an HTTP date, RFC 9110 10.2.3). A date is held
    against the answer's own Date: the clock here may be wrong."""
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / scale
        except ValueError:
            continue
        return max(0.0, seconds) if isfinite(seconds) else None
    until, now = _date(headers.get("retry-after", "")), _date(headers.get("date", ""))
    return None if until is None else max(0.0, until - (time.time() if now is None else now))


def _date(text: str) -> float | None:
    """An HTTP date as seconds since 1970."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _json(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = body.decode("utf-8", "replace")
        return "" if "<html" in text[:2000].lower() else text


def _read_error(body: object) -> tuple[tuple[str, ...], str]:
    """The codes and the message of an error object: {"error": {...}}, {"error": "..."}, {"message": ...} or text."""
    error: Any = body
    while isinstance(error, dict) and isinstance(error.get("error"), dict | str):
        error = error["error"]
    if isinstance(error, list) and error:
        return _read_error(error[0])
    if not isinstance(error, dict):
        return (), error if isinstance(error, str) else ""
    codes = tuple(str(error[key]) for key in ("code", "type", "status") if isinstance(error.get(key), str | int))
    message = error.get("message") or error.get("detail") or ""
    return codes, message if isinstance(message, str) else str(message)
