"""What a service's prompt cache sees of the requests, and whether each extends the one before."""

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from loopback_replies import Seen

if TYPE_CHECKING:
    from loopback import Loopback


def prefix_parts(seen: Seen) -> list[bytes]:
    """What the service's prompt cache compares, in its order: tools, system, then each message; canonical bytes in the
    order of keys as sent, without cache_control marks."""
    body = seen.json
    fixed = [body.get("model"), body.get("tools"), body.get("system"), body.get("instructions")]
    said = body.get("messages") if "messages" in body else body.get("input")
    return [json.dumps(_unmarked(part)).encode() for part in [*fixed, *(said or [])]]


def assert_prefixes(server: "Loopback", *, requests: list[Seen] | None = None) -> None:
    """Every request extends the one before byte for byte (same model, tools and system; messages only added)."""
    seen = server.requests if requests is None else requests
    for number, (before, after) in enumerate(pairwise(seen), start=1):
        old, new = prefix_parts(before), prefix_parts(after)
        assert list(before.json) == [key for key in after.json if key in before.json], "the order of keys changed"
        for part, (was, now) in enumerate(zip(old, new, strict=False)):
            assert was == now, f"request {number + 1} differs from {number} in part {part}: {was!r} became {now!r}"
        assert len(new) >= len(old), f"request {number + 1} is shorter than {number}"


def _unmarked(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _unmarked(value) for key, value in part.items() if key != "cache_control"}
    if isinstance(part, list):
        return [_unmarked(item) for item in part]
    return part
