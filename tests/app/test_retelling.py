"""What a person is shown who comes back to a session."""

from droidlite.app.retelling import retell
from droidlite.events import CallFinished, CallStarted, ReplyFinished, TextAdded
from droidlite.tool import Output
from droidlite.types import Assistant, Call, ToolResult, ToolResults, User


def test_the_person_and_the_model_are_retold_and_the_host_is_not() -> None:
    messages = (
        User("<context>\nFolder: x\n</context>"),
        User("look"),
        Assistant("Looking.", (Call("c", "read", '{"file_path": "a.py"}'),), "calls", "m"),
        ToolResults((ToolResult("c", "x = 1"),)),
    )
    assert retell(messages) == (
        User("look"),
        TextAdded("Looking."),
        ReplyFinished(text="Looking.", model="m"),
        CallStarted(call_id="c", name="read", summary="a.py"),
        CallFinished(call_id="c", name="read", content="x = 1", displays=(Output("x = 1"),)),
    )
