"""What a model is shown of the tools: short, in a stable order, strict about arguments."""

import subprocess
import sys

import msgspec
import pytest
from workspace import Workspace

from droidlite.tool import Outcome, Question, Todo, Todos
from droidlite.tools import all_tools

EDIT = ["read", "write", "edit", "shell", "job", "grep", "glob", "todo"]
PATCH = ["read", "patch", "shell", "job", "grep", "glob", "todo"]


def test_sets_and_order() -> None:
    assert [tool.name for tool in all_tools(network=False)] == EDIT
    assert [tool.name for tool in all_tools("edit", ask=True)] == [*EDIT, "ask", "fetch"]
    assert [tool.name for tool in all_tools("patch", network=True)] == [*PATCH, "fetch"]


def test_effects() -> None:
    effects = {tool.name: tool.effect for kind in ("edit", "patch") for tool in all_tools(kind, ask=True)}  # type: ignore[arg-type]
    assert effects == {
        **{name: "read" for name in ("read", "job", "grep", "glob", "todo", "ask")},
        **{name: "write" for name in ("write", "edit", "patch")},
        "shell": "execute",
        "fetch": "network",
    }


@pytest.mark.parametrize("kind", ["edit", "patch"])
def test_all_of_them_are_short(kind: str) -> None:
    tools = all_tools(kind, ask=True)  # type: ignore[arg-type]
    specs = [
        {"name": tool.name, "description": tool.description, "parameters": msgspec.json.schema(tool.arguments)}
        for tool in tools
    ]
    assert len(msgspec.json.encode(specs)) / 4 <= 1_700


@pytest.mark.parametrize("tool", all_tools("edit", ask=True), ids=lambda tool: tool.name)
def test_unknown_arguments_are_refused(tool) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"made_up": 1}', type=tool.arguments)


def test_importing_them_is_cheap() -> None:
    code = "import sys, droidlite.tools; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"ssl", "http.client", "asyncio", "html.parser", "difflib", "ctypes", "tree_sitter"} & set(loaded)


def test_todo(work: Workspace) -> None:
    outcome = work.call("todo", todos=[{"content": "look", "status": "completed"}, {"content": "do"}])
    assert outcome == Outcome("Noted: 1 of 2 done.", displays=(Todos((Todo("look", "completed"), Todo("do"))),))


def test_ask(work: Workspace) -> None:
    asked: list[Question] = []
    work.context.ask = lambda question: asked.append(question) or "blue"  # type: ignore[func-returns-value]
    assert work.call("ask", question="Which?", options=["red", "blue"]) == Outcome("blue")
    assert asked == [Question("Which?", ("red", "blue"))]
    work.context.ask = None
    assert work.call("ask", question="Which?").is_error
