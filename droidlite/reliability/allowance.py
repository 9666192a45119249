"""What the headers of an answer tell of the limits: anthropic-ratelimit-* and x-ratelimit-* (their docs, 2026-11)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from droidlite.regex import regex

_SPAN = regex(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_MOST = 10**12
"""A count beyond this is no limit."""


class Allowance(Struct, frozen=True, kw_only=True):
    """Requests and tokens a minute that are allowed and left, full again in so many seconds; None = not told."""

    requests: int | None = None
    requests_left: int | None = None
    requests_reset: float | None = None
    tokens: int | None = None
    tokens_left: int | None = None
    tokens_reset: float | None = None


def read_allowance(headers: Mapping[str, str], now: datetime | None = None) -> Allowance | None:
    """What an answer says is left; None where it says nothing of it. `headers` have lower-case names. A time of day is
    held against the answer's own Date, so that a wrong clock here does no harm (else against `now`)."""
    now = _date(headers.get("date", "")) or now or datetime.now(UTC)

    def first(*names: str) -> str:
        return next((headers[name] for name in names if name in headers), "")

    def anthropic(kind: str, what: str) -> tuple[str, ...]:
        kinds = (kind,) if kind == "requests" else (kind, "input-tokens")
        return tuple(f"anthropic-ratelimit-{each}-{what}" for each in kinds)

    values: dict[str, int | float | None] = {}
    for kind in ("requests", "tokens"):
        limit = _count(first(*anthropic(kind, "limit"), f"x-ratelimit-limit-{kind}"))
        values[kind] = limit or None  # a limit of 0 limits nothing: some gateways send it
        left = _count(first(*anthropic(kind, "remaining"), f"x-ratelimit-remaining-{kind}"))
        values[f"{kind}_left"] = None if limit == 0 else left
        values[f"{kind}_reset"] = _seconds(first(*anthropic(kind, "reset"), f"x-ratelimit-reset-{kind}"), now)
    if all(value is None for value in values.values()):
        return None
    return Allowance(**values)  # type: ignore[arg-type]


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 and int(text) < _MOST else None


def _seconds(text: str, now: datetime) -> float | None:
    """Seconds out of "6m0s", "120ms", "30" or a time such as 2026-11-25T00:00:30Z."""
    spans = _SPAN.findall(text)
    if spans and "".join(map("".join, spans)) == text:
        return sum(float(number) * _SECONDS[unit] for number, unit in spans)
    try:
        return max(float(text), 0.0) if float(text) < _MOST else None
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max((at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds(), 0.0)


def _date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return at.replace(tzinfo=at.tzinfo or UTC)
