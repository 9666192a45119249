"""Whether a request has the shape its vendor's SDK declares: every field known, every value of its type.

The installed SDKs' own TypedDicts are walked, so a field a vendor renames is found when the SDK is updated."""

import types
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

from droidlite.providers.sdk import load

EXTENSIONS = ("reasoning_content", "reasoning", "reasoning_details")
"""What imitators of Chat Completions add to a message of the assistant: their own documentation asks for it back."""


def misshapen(dialect: str, body: dict[str, Any]) -> str:
    """The first thing in a request that its SDK's types do not allow, as a path and a reason; "" where all is well."""
    if dialect == "openai-chat":
        body = body | {"messages": [_plain(message) for message in body.get("messages") or ()]}
    return _mismatch(body, _request_type(dialect), "body")


@cache
def _request_type(dialect: str) -> Any:
    load("anthropic" if dialect == "anthropic" else "openai")  # without the thousands of modules beside these types
    match dialect:
        case "anthropic":
            from anthropic.types.message_create_params import MessageCreateParamsStreaming

            return MessageCreateParamsStreaming
        case "openai-responses":
            from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

            return ResponseCreateParamsStreaming
        case _:
            from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

            return CompletionCreateParamsStreaming


def _plain(message: dict[str, Any]) -> dict[str, Any]:
    if message.get("role") != "assistant":
        return message
    return {key: value for key, value in message.items() if key not in EXTENSIONS}


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _mismatch(value: Any, kind: Any, where: str) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if kind in (Any, object):
        return ""
    if is_typeddict(kind):
        return _not_an_object(value, kind, where)
    if origin in (Union, types.UnionType):
        return _none_of(value, inner, where)
    if origin is Literal:
        return "" if value in inner else f"{where}: {value!r} is none of {inner}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "" if isinstance(value, dict) else f"{where}: no object"
    if isinstance(origin, type) and issubclass(origin, Iterable):
        if not isinstance(value, list):
            return f"{where}: no list"
        wrongs = (_mismatch(item, inner[0], f"{where}[{number}]") for number, item in enumerate(value))
        return next((wrong for wrong in wrongs if wrong), "")
    if kind in (float, int):
        fits = isinstance(value, int) or (kind is float and isinstance(value, float))
        return "" if fits and not isinstance(value, bool) else f"{where}: {value!r} is no number"
    if isinstance(kind, type) and kind in (str, bool, type(None)):
        return "" if isinstance(value, kind) else f"{where}: {value!r} is no {kind.__name__}"
    return f"{where}: {value!r} is not of type {kind}"


def _not_an_object(value: Any, kind: Any, where: str) -> str:
    if not isinstance(value, dict):
        return f"{where}: no object"
    hints = _hints(kind)
    unknown = sorted(set(value) - set(hints))
    if unknown:
        return f"{where}.{unknown[0]}: extra inputs are not permitted"
    missing = sorted(kind.__required_keys__ - set(value))
    if missing:
        return f"{where}.{missing[0]}: field required"
    wrongs = (_mismatch(value[key], hints[key], f"{where}.{key}") for key in value)
    return next((wrong for wrong in wrongs if wrong), "")


def _none_of(value: Any, kinds: tuple[Any, ...], where: str) -> str:
    """What is wrong by the one kind that is meant (by its `type` or `role`), or by all of them."""
    meant = [kind for kind in kinds if not is_typeddict(kind) or _means(kind, value)]
    wrongs = [_mismatch(value, kind, where) for kind in meant]
    if "" in wrongs:
        return ""
    return max(wrongs, key=lambda wrong: len(wrong.split(": ")[0]), default=f"{where}: {value!r} is of no known kind")


def _means(kind: Any, value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    for key in ("type", "role"):
        hint = _hints(kind).get(key)
        literals = get_args(hint) if get_origin(hint) is Literal else ()
        if key in value and literals and value[key] not in literals:
            return False
        if key not in value and key in kind.__required_keys__:
            return False
    return True
