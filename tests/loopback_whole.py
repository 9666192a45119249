"""A chat completion that was not asked for as a stream: other programs, which scripts/peers-faults runs, do so."""

import json
from typing import Any

from loopback_dialects import estimate, written
from loopback_replies import Said, Seen


def whole_chat(said: Said, seen: Seen, index: int) -> list[bytes]:
    """The JSON of the completion in two halves; what tells that it is whole comes last."""
    calls = [
        {
            "id": call.id or f"call_{index:04}_{number}",
            "type": "function",
            "function": {"name": call.name, "arguments": written(said, call)},
        }
        for number, call in enumerate(said.calls)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": said.text or None}
    if said.thought or said.fault == "thinking":
        message["reasoning_content"] = said.thought or "Hm."
    if calls:
        message["tool_calls"] = calls
    finish = "length" if said.fault == "truncated" else "tool_calls" if calls else "stop"
    usage = said.usage or estimate(said, seen)
    body = {
        "id": f"chatcmpl-{index:04}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": (seen.json or {}).get("model", ""),
        "usage": {
            "prompt_tokens": usage.get("input", 0),
            "completion_tokens": usage.get("output", 0),
            "total_tokens": usage.get("input", 0) + usage.get("output", 0),
        },
        "choices": [{"index": 0, "message": message, "finish_reason": said.stop or finish}],
    }
    data = json.dumps(body).encode()
    half = len(data) // 2
    return [data[:half], data[half:]]
