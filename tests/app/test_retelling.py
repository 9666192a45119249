"""What a person is shown who comes back to a session."""

from droidlite.app.retelling import retell
from droidlite.events import CallFinished, CallStarted, ReplyFinished, TextAdded
from droidlite.session.conversation import Turn
from droidlite.tool import Output
from droidlite.types import Assistant, Call, Message, ToolResult, ToolResults, User

OPENING = User("<context>\nFolder: x\n</context>")


def turns(*prompts: str) -> tuple[Turn, ...]:
    return tuple(Turn(number, text, number, text) for number, text in enumerate(prompts, start=1))


def test_the_person_and_the_model_are_retold_and_the_host_is_not() -> None:
    messages = (
        OPENING,
        User("look"),
        Assistant("Looking.", (Call("c", "read", '{"file_path": "a.py"}'),), "calls", "m"),
        ToolResults((ToolResult("c", "x = 1"),)),
    )
    assert retell(messages, turns("look")) == (
        User("look"),
        TextAdded("Looking."),
        ReplyFinished(text="Looking.", model="m"),
        CallStarted(call_id="c", name="read", summary="a.py"),
        CallFinished(call_id="c", name="read", content="x = 1", displays=(Output("x = 1"),)),
    )


def test_a_long_prompt_is_retold_by_its_beginning() -> None:
    five, long = "a\nb\nc\nd\ne", "a\nb\nc\nd\ne\nf"
    assert retell((OPENING, User(five), Assistant("x"), User(long)), turns(five, long)) == (
        User(five),
        TextAdded("x"),
        ReplyFinished(text="x", model=""),
        User("a\nb\nc\nd\n… 2 more lines"),
    )


def said(messages: tuple[Message, ...], *prompts: str) -> list[str]:
    return [told.text for told in retell(messages, turns(*prompts)) if isinstance(told, User)]


def test_nothing_the_host_says_on_its_own_is_retold_as_the_persons() -> None:
    messages = (
        OPENING,
        User("look"),
        Assistant("It was cut h", (), "length", "m"),
        User("Your reply was cut. Go on."),
        Assistant("ere."),
        User("I ran this command myself:\n$ ls\na"),
        User("look"),
        Assistant("Again."),
        User("The budget is spent: sum up."),
        Assistant("Summary."),
    )
    assert said(messages, "look", "look") == ["look", "look"]


def test_prompts_a_compaction_took_away_do_not_shift_the_others() -> None:
    messages = (User("The conversation so far: they asked to look."), Assistant("Yes."), User("go on"), Assistant("OK"))
    assert said(messages, "look", "also this", "go on") == ["go on"]
