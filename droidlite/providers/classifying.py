"""Reads which fault an answer tells of: out of its status, its error codes, its message, its headers."""

import re
import time
from collections.abc import Mapping
from math import isfinite
from typing import Any

import msgspec

from droidlite.errors import Fault
from droidlite.regex import regex

CONTEXT_SIGNS = regex(
    r"prompt is too long|context.?(length|window|size)|too many (input )?tokens|input is too long|maximum.{0,20}tokens"
    r"|exceeds? the (model'?s )?(maximum|limit).{0,30}token",
    re.IGNORECASE,
)
QUOTA_SIGNS = regex(
    r"credit balance|exceeded your current quota|insufficient.{0,10}(quota|credit|balance|funds)"
    r"|exceeds the service quota",
    re.IGNORECASE,
)
MODEL_SIGNS = regex(
    r"model.{0,80}(not found|does not exist|not exist|unknown|not supported|isn.t supported|invalid)"
    r"|(invalid|unknown|unsupported) model(:| (id|name)\b| ['\"`]| \S{0,80}[/\d])"
    r"|not a valid model( (id|name)\b|\W*$)"
    r"|access to the model"
    r"|\bmodel:?( \S{1,80})? (has been|was|is) (deprecated|retired|decommissioned|discontinued|no longer)",
    re.IGNORECASE,
)

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
    "model_not_supported": "model",
    "model_decommissioned": "model",
    "invalid_model": "model",
    "unknown_model": "model",
    "unsupported_model": "model",
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
    "throttlingException": "rate_limit",
    "validationException": "invalid",
}
"""What the services call their errors, in `error.code` or `error.type`, whatever the HTTP status; Bedrock's in a stream
end in Exception."""

STATUSES: dict[int, Fault] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "model",
    405: "model",
    408: "server",
    409: "server",
    413: "context",
    424: "server",
    425: "server",
    429: "rate_limit",
    501: "model",
    529: "overloaded",
}


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
    if status in (400, 403) and MODEL_SIGNS.search(message):
        return "model"
    if status in STATUSES:
        return STATUSES[status]
    if status >= 500:
        return "overloaded" if "overloaded" in message.lower() else "server"
    if named:
        return named[0]
    return "invalid" if 300 <= status < 500 else "server"


def is_nowhere(status: int, codes: tuple[str, ...], message: str) -> bool:
    """Whether it is no model that was not found, but any service that could have one."""
    return status in (404, 405, 501) and not re.search("model|deployment", f"{codes} {message}", re.IGNORECASE)


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
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def read_json(body: bytes) -> object:
    """A body as an object, else as text; a web page is nothing."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = body.decode("utf-8", "replace")
        return "" if "<html" in text[:2000].lower() else text


def read_error(body: object) -> tuple[tuple[str, ...], str]:
    """The codes and the message of an error object: {"error": {...}}, {"error": "..."}, {"message": ...} or text."""
    error: Any = body
    while isinstance(error, dict) and isinstance(error.get("error"), dict | str):
        error = error["error"]
    if isinstance(error, list) and error:
        return read_error(error[0])
    if not isinstance(error, dict):
        return (), error if isinstance(error, str) else ""
    codes = tuple(str(error[key]) for key in ("code", "type", "status") if isinstance(error.get(key), str | int))
    message = error.get("message") or error.get("detail") or ""
    return codes, message if isinstance(message, str) else str(message)
