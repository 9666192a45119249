"""What services that speak Chat Completions want of a conversation another model began, each in its own way."""

from typing import Any

from droidlite.providers.transcript import Ids
from droidlite.regex import regex
from droidlite.types import ModelSpec

SHORT_ID = regex(r"[A-Za-z0-9_-]{1,40}")
"""OpenAI's own takes ids of at most 40 characters ("string too long. Expected a string with maximum length 40")."""
MISTRAL = regex(r"mistral|magistral|devstral|codestral")
"""Its ids are nine letters or digits, and no user message may follow a tool's ("Unexpected role 'user' after role
'tool'")."""
MISTRAL_ID = regex(r"[A-Za-z0-9]{9}")
GO_BETWEEN = {"role": "assistant", "content": "(The results are in.)"}
RECALLING = regex(r"deepseek|kimi")
"""While they think, they refuse a message with calls and no reasoning_content, whoever wrote it; Kimi refuses an empty
one as well (api-docs.deepseek.com/guides/thinking_mode; "thinking is enabled but reasoning_content is missing in
assistant tool call message")."""
REASONING = ("reasoning_content", "reasoning", "reasoning_details")


def call_ids(spec: ModelSpec) -> Ids:
    if MISTRAL.search(spec.id):
        return Ids(own=MISTRAL_ID, others=MISTRAL_ID, make=lambda digest: digest[:9])
    return Ids(others=SHORT_ID)


def tempered(messages: list[dict[str, Any]], spec: ModelSpec) -> list[dict[str, Any]]:
    """The messages with what this model's service wants of them."""
    if MISTRAL.search(spec.id):
        return _kept_apart(messages)
    if RECALLING.search(spec.id):
        return [_with_reasoning(message) for message in messages]
    return messages


def _with_reasoning(message: dict[str, Any]) -> dict[str, Any]:
    if not message.get("tool_calls") or any(message.get(key) for key in REASONING):
        return message
    return message | {"reasoning_content": " "}


def _kept_apart(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    apart: list[dict[str, Any]] = []
    for message in messages:
        if apart and apart[-1]["role"] == "tool" and message["role"] == "user":
            apart.append(GO_BETWEEN)
        apart.append(message)
    return apart
