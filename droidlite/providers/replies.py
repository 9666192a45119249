"""The one way a reply is judged complete, whatever protocol it came by."""

from typing import Any

import msgspec

from droidlite.providers.faults import Faults
from droidlite.types import Assistant, Call, Opaque, Stop, Usage


def judge(
    faults: Faults,
    *,
    protocol: str,
    model: str,
    text: str,
    calls: tuple[Call, ...],
    stop: Stop,
    usage: Usage | None,
    items: list[dict[str, Any]] | None,
) -> Assistant:
    """The reply after its terminal event. A cut one ("length") loses every call, since its last may be half of one.

    Raises ProviderError (empty) for a finished reply with neither text nor calls.
    """
    if stop == "length":
        calls = ()
    elif calls:
        stop = "calls"
    elif not text.strip():
        raise faults.make("empty")
    else:
        stop = "end"
    # Claude's signatures hold on every platform it is sold on; what another service encrypts only that one can read.
    endpoint = "" if protocol == "anthropic" else faults.endpoint.name
    opaque = Opaque(protocol, model, msgspec.json.encode(items).decode(), endpoint) if items else None
    return Assistant(text, calls=calls, stop=stop, model=model, usage=usage, opaque=opaque)
