"""A conversation's calls as steps: one spelling of arguments, changed files, and what stood in the way, by numbers."""

import pytest

from droidlite.app.steps import changed_by, read_steps
from droidlite.routing.signals import Step, digest_of
from droidlite.types import Assistant, Call, Message, ToolResult, ToolResults, User


def exchange(call: Call, result: ToolResult) -> tuple[Message, ...]:
    return (Assistant("", (call,), "calls"), ToolResults((result,)))


def steps(*messages: Message) -> list[Step]:
    return list(
        read_steps(
            (User("go"), *messages),
            spent_usd=0.5,
            unreadable=lambda call: call.arguments.endswith("!"),
            failing=lambda call, result: None,
        )
    )


def test_a_call_and_its_result_are_a_step() -> None:
    edit = exchange(Call("1", "edit", '{"old_string": "a", "file_path":"x.py"}'), ToolResult("1", "Edited x.py."))
    assert steps(*edit) == [
        Step(
            name="edit",
            arguments='{"file_path":"x.py","old_string":"a"}',
            digest=digest_of("Edited x.py."),
            changed=("x.py",),
            spent_usd=0.5,
        )
    ]


def test_a_failed_edit_changes_nothing_and_talking_is_no_step() -> None:
    (failed,) = steps(*exchange(Call("1", "write", '{"file_path":"x"}'), ToolResult("1", "No.", True)))
    assert (failed.changed, failed.is_error) == ((), True)
    assert steps(*exchange(Call("1", "todo", "{}"), ToolResult("1", "Noted."))) == []
    assert steps(*exchange(Call("1", "job", "{}"), ToolResult("1", "running"))) == []


def test_what_cannot_be_read_keeps_its_spelling() -> None:
    (bad,) = steps(*exchange(Call("1", "read", '{"file_path": !'), ToolResult("1", "No.", True)))
    assert (bad.invalid, bad.arguments) == (True, '{"file_path": !')


@pytest.mark.parametrize(
    ("command", "code", "blocked"),
    [
        ("curl -s https://example.com | tee x", 6, "network"),
        ("/usr/bin/curl x", 67, "credential"),
        ("grep curl-is-not-run x", 6, ""),
        ("ssh host true", 255, "network"),
        ("./script", 126, "permission"),
        ("no-such-program", 127, "program"),
        ("pytest -q", 1, ""),
        ("curl x", 0, ""),
    ],
)
def test_what_stands_in_the_way_is_told_by_exit_codes(command: str, code: int, blocked: str) -> None:
    call = Call("1", "shell", f'{{"command": "{command}"}}')
    (step,) = steps(*exchange(call, ToolResult("1", "permission denied: network", code != 0, exit_code=code)))
    assert step.blocked == blocked


def test_files_of_a_patch() -> None:
    patch = "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n*** Add File: b.py\n+y\n*** End Patch"
    assert changed_by("patch", {"input": patch}) == ("a.py", "b.py")
    assert changed_by("shell", {"command": "sed -i s/a/b/ x"}) == ()
