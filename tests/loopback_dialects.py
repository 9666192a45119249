"""How the three services stream a reply, event by event: the vocabulary of the loopback server."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from loopback_replies import Asked, Said, Seen

Pair = tuple[str, Any]


def speak_anthropic(said: Said, seen: Seen, index: int) -> Iterator[Pair]:
    model = seen.json.get("model", "")
    usage = said.usage or estimate(said, seen)
    head = {
        "input_tokens": usage.get("input", 0),
        "cache_creation_input_tokens": usage.get("cache_write", 0),
        "cache_read_input_tokens": usage.get("cache_read", 0),
        "output_tokens": 1,
    }
    message = {
        "id": f"msg_{index:04}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": head,
    }
    yield "message_start", {"type": "message_start", "message": message}
    yield "ping", {"type": "ping"}
    place = 0
    thought = said.thought or ("Hm." if said.fault == "thinking" else "")
    if thought:
        start = {"type": "thinking", "thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(thought)]
        deltas.append({"type": "signature_delta", "signature": signature(model, thought)})
        yield from _block(place, start, deltas)
        place += 1
    if said.text:
        deltas = [{"type": "text_delta", "text": piece} for piece in _pieces(said.text, said.pieces)]
        yield from _block(place, {"type": "text", "text": ""}, deltas)
        place += 1
    for number, call in enumerate(said.calls):
        start = {"type": "tool_use", "id": call.id or f"toolu_{index:04}_{number}", "name": call.name, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *_pieces(written(said, call))]]
        yield from _block(place, start, deltas)
        place += 1
    stop = said.stop or ("max_tokens" if said.fault == "truncated" else "tool_use" if said.calls else "end_turn")
    delta: dict[str, Any] = {"stop_reason": stop, "stop_sequence": None}
    if stop == "refusal":
        delta["stop_details"] = {"type": "refusal", "category": "cyber", "explanation": "Not this."}
    yield (
        "message_delta",
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": usage.get("output", 0)}},
    )
    yield "message_stop", {"type": "message_stop"}


def _block(place: int, start: dict[str, Any], deltas: list[dict[str, Any]]) -> Iterator[Pair]:
    yield "content_block_start", {"type": "content_block_start", "index": place, "content_block": start}
    for delta in deltas:
        yield "content_block_delta", {"type": "content_block_delta", "index": place, "delta": delta}
    yield "content_block_stop", {"type": "content_block_stop", "index": place}


def signature(model: str, thought: str) -> str:
    """What the service signs thinking with: bound to the model and the very text."""
    return f"sig:{model}:{hash_text(thought)}"


def hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def speak_responses(said: Said, seen: Seen, index: int) -> Iterator[Pair]:
    for number, (name, data) in enumerate(_responses_events(said, seen, index)):
        yield name, {"type": name, "sequence_number": number} | data


def _responses_events(said: Said, seen: Seen, index: int) -> Iterator[Pair]:
    usage = said.usage or estimate(said, seen)
    model = seen.json.get("model", "")
    response: dict[str, Any] = {
        "id": f"resp_{index:04}",
        "object": "response",
        "status": "in_progress",
        "model": model,
        "output": [],
        "usage": None,
        "error": None,
        "incomplete_details": None,
    }
    yield "response.created", {"response": response}
    yield "response.in_progress", {"response": response}
    output: list[dict[str, Any]] = []
    thought = said.thought or ("Hm." if said.fault == "thinking" else "")
    if thought:
        item: dict[str, Any] = {"type": "reasoning", "id": f"rs_{index:04}", "summary": [], "encrypted_content": ""}
        yield "response.output_item.added", {"output_index": len(output), "item": item}
        yield "response.reasoning_summary_part.added", {"output_index": len(output), "summary_index": 0}
        for piece in _pieces(thought):
            yield "response.reasoning_summary_text.delta", {"output_index": len(output), "delta": piece}
        done = item | {
            "summary": [{"type": "summary_text", "text": thought}],
            "encrypted_content": signature(model, thought),
        }
        yield "response.output_item.done", {"output_index": len(output), "item": done}
        output.append(done)
    if said.text:
        item = {"type": "message", "id": f"msg_{index:04}", "role": "assistant", "status": "in_progress", "content": []}
        yield "response.output_item.added", {"output_index": len(output), "item": item}
        for piece in _pieces(said.text, said.pieces):
            yield "response.output_text.delta", {"output_index": len(output), "content_index": 0, "delta": piece}
        part = {"type": "output_text", "text": said.text, "annotations": []}
        done = item | {"status": "completed", "content": [part]}
        yield "response.output_item.done", {"output_index": len(output), "item": done}
        output.append(done)
    for number, call in enumerate(said.calls):
        arguments = written(said, call)
        item = {
            "type": "function_call",
            "id": f"fc_{index:04}_{number}",
            "call_id": call.id or f"call_{index:04}_{number}",
            "name": call.name,
            "arguments": "",
            "status": "in_progress",
        }
        yield "response.output_item.added", {"output_index": len(output), "item": item}
        for piece in _pieces(arguments):
            yield "response.function_call_arguments.delta", {"output_index": len(output), "delta": piece}
        done = item | {"arguments": arguments, "status": "incomplete" if said.fault == "truncated" else "completed"}
        yield "response.output_item.done", {"output_index": len(output), "item": done}
        output.append(done)
    cached, written_to_cache = usage.get("cache_read", 0), usage.get("cache_write", 0)
    total = usage.get("input", 0) + cached + written_to_cache
    final = response | {
        "status": "completed",
        "output": output,
        "usage": {
            "input_tokens": total,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written_to_cache},
            "output_tokens": usage.get("output", 0),
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": total + usage.get("output", 0),
        },
    }
    if said.stop in ("length", "content_filter") or said.fault == "truncated":
        reason = "content_filter" if said.stop == "content_filter" else "max_output_tokens"
        final |= {"status": "incomplete", "incomplete_details": {"reason": reason}}
        yield "response.incomplete", {"response": final}
    elif said.stop == "failed":
        final |= {"status": "failed", "error": said.body or {"code": "server_error", "message": "it broke"}}
        yield "response.failed", {"response": final}
    else:
        yield "response.completed", {"response": final}


def speak_chat(said: Said, seen: Seen, index: int) -> Iterator[Pair]:
    usage = said.usage or estimate(said, seen)

    def chunk(delta: dict[str, Any], finish: str | None = None) -> Pair:
        return "", {
            "id": f"chatcmpl-{index:04}",
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": seen.json.get("model", ""),
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            "usage": None,
        }

    yield chunk({"role": "assistant", "content": ""})
    thought = said.thought or ("Hm." if said.fault == "thinking" else "")
    for piece in _pieces(thought):
        yield chunk({"reasoning" if said.shape == "reasoning" else "reasoning_content": piece})
    for piece in _pieces(said.text, said.pieces):
        yield chunk({"content": piece})
    for number, call in enumerate(said.calls):
        yield from (chunk({"tool_calls": [delta]}) for delta in _chat_call(said, call, number, index))
    finish = said.stop or (
        "length"
        if said.fault == "truncated"
        else "tool_calls"
        if said.calls and said.shape != "stop_with_calls"
        else "stop"
    )
    yield chunk({}, finish)
    if said.shape != "no_usage" and (seen.json.get("stream_options") or {}).get("include_usage"):
        cached = usage.get("cache_read", 0)
        prompt = usage.get("input", 0) + cached
        last = chunk({})[1] | {
            "choices": [],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": usage.get("output", 0),
                "total_tokens": prompt + usage.get("output", 0),
                "prompt_tokens_details": {"cached_tokens": cached},
            },
        }
        yield "", last
    if said.fault != "no_done":
        yield "", "[DONE]"


def _chat_call(said: Said, call: Asked, number: int, index: int) -> Iterator[dict[str, Any]]:
    call_id = "" if said.shape == "no_ids" else call.id or f"call_{index:04}_{number}"
    place = 0 if said.shape == "same_index" else number
    head: dict[str, Any] = {"index": place, "type": "function", "function": {"name": call.name, "arguments": ""}}
    if call_id:
        head["id"] = call_id
    if said.shape == "object_arguments":
        yield head | {"function": {"name": call.name, "arguments": call.arguments}}
        return
    yield head
    for piece in _pieces(written(said, call)):
        yield {"index": place, "function": {"arguments": piece}}


DIALECTS: dict[str, Callable[[Said, Seen, int], Iterator[Pair]]] = {
    "anthropic": speak_anthropic,
    "openai-responses": speak_responses,
    "openai-chat": speak_chat,
}


def written(said: Said, call: Asked) -> str:
    """The arguments of a call as they are sent."""
    whole = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
    return whole[: max(1, len(whole) // 2)] if said.fault == "truncated" else whole


def _pieces(text: str, most: int = 4) -> list[str]:
    """The text in up to `most` pieces, as a model would send it."""
    size = max(1, -(-len(text) // most))
    return [text[start : start + size] for start in range(0, len(text), size)]


def estimate(said: Said, seen: Seen) -> dict[str, int]:
    """A token count of the request and the reply where none is given."""
    return {"input": len(seen.raw) // 4, "output": max(1, (len(said.text) + len(said.thought)) // 4)}


def error_event(dialect: str, error: Any) -> Pair:
    match dialect:
        case "anthropic":
            return "error", {"type": "error", "error": error}
        case "openai-responses":
            named = {"code": error.get("code") or error.get("type"), "message": error.get("message", ""), "param": None}
            return "error", {"type": "error", "sequence_number": 99} | named
        case _:
            return "", {"error": error}


def terminal(dialect: str, events: list[bytes]) -> int:
    """How many events come before the first that tells the reply is whole."""
    signs = {
        "anthropic": b'"message_delta"',
        "openai-responses": b"response.completed",
        "openai-chat": b'"finish_reason": "',
    }
    return next((n for n, event in enumerate(events) if signs[dialect] in event), len(events))


def ping(dialect: str) -> bytes:
    return b'event: ping\ndata: {"type": "ping"}\n\n' if dialect == "anthropic" else b": still here\n\n"
