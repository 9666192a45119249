"""What a new model cannot be given is told in words; what is its own is no loss."""

import msgspec
from handoffs import BITMAP, PNG

from droidlite.providers.losses import losses
from droidlite.types import Assistant, Call, Message, ModelSpec, Opaque, ToolResult, ToolResults, User

CLAUDE = ModelSpec(id="claude-x", provider="anthropic", images=True)
GPT = ModelSpec(id="gpt-x", provider="openai", images=True)
BLIND = ModelSpec(id="deepseek-x", provider="deepseek")


def thought(model: str, protocol: str, *items: dict[str, str], endpoint: str = "") -> Assistant:
    return Assistant("x", model=model, opaque=Opaque(protocol, model, msgspec.json.encode(items).decode(), endpoint))


SIGNED = thought("claude-x", "anthropic", {"type": "thinking"}, {"type": "redacted_thinking"}, {"type": "text"})
ENCRYPTED = thought("gpt-x", "openai-responses", {"type": "reasoning"}, {"type": "message"}, endpoint="openai")
REASONED = thought("kimi-x", "openai-chat", {"role": "assistant"})
TALK: tuple[Message, ...] = (
    User("a", (PNG, BITMAP)),
    SIGNED,
    SIGNED,
    ENCRYPTED,
    REASONED,
    Assistant("", (Call("1", "read", "{}"), Call("2", "read", "{}"))),
    ToolResults((ToolResult("2", "x", images=(PNG,)),)),
    User("b"),
)


def test_all_that_is_dropped_is_told() -> None:
    assert losses(TALK, BLIND, "openai-chat", "deepseek") == (
        "4 signed thinking blocks of claude-x are dropped",
        "1 encrypted reasoning item of gpt-x is dropped",
        "1 reasoning text of kimi-x is dropped",
        "3 images are only named: deepseek-x cannot see them",
        "1 call without a result is told as interrupted",
    )


def test_its_own_thinking_and_images_are_no_loss() -> None:
    told = losses(TALK, CLAUDE, "anthropic", "another endpoint")
    assert told[0] == "1 encrypted reasoning item of gpt-x is dropped"
    assert told[2] == "1 image is only named: claude-x cannot see it"
    assert losses((User("a", (PNG,)), SIGNED), CLAUDE, "anthropic", "anywhere") == ()


def test_encrypted_reasoning_is_lost_on_another_endpoint() -> None:
    assert losses((ENCRYPTED,), GPT, "openai-responses", "openai") == ()
    assert losses((ENCRYPTED,), GPT, "openai-responses", "azure") == ("1 encrypted reasoning item of gpt-x is dropped",)


def test_thinking_is_lost_where_its_model_is_reached_otherwise() -> None:
    assert losses((SIGNED,), CLAUDE, "openai-chat", "router") == ("2 signed thinking blocks of claude-x are dropped",)
