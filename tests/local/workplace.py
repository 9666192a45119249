"""A folder in which the embedded model's provider works as in a session: what it asks for is done by the true tools."""

from pathlib import Path

import msgspec

from droidlite.cancellation import Cancellation
from droidlite.providers.local import Local
from droidlite.tool import ToolContext
from droidlite.tools import all_tools
from droidlite.types import Assistant, Message, ModelSpec, Request, ToolResult, ToolResults, ToolSpec, User

SPEC = ModelSpec(id="small", provider="local")
TOOLS = {tool.name: tool for tool in all_tools(network=False)}


class Workplace:
    def __init__(self, root: Path, **files: str) -> None:
        """`files` by name, with __ for the dot."""
        self.root = root / "project"
        self.root.mkdir()
        for name, text in files.items():
            (self.root / name.replace("__", ".")).write_text(text, encoding="utf-8")
        spill = root / "spill"
        spill.mkdir()
        self._context = ToolContext(
            root=self.root.resolve(),
            spill=spill,
            environment={"PATH": "/usr/bin:/bin"},
            cancellation=Cancellation(),
            save=lambda path: None,
        )
        self.messages: list[Message] = []

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def calls(self) -> list[str]:
        """The tools that were called for, in order, with the file or the command."""
        replies = [message for message in self.messages if isinstance(message, Assistant)]
        return [_told(call.name, call.arguments) for reply in replies for call in reply.calls]

    def request(self, *, tools: tuple[str, ...] = tuple(TOOLS), check: str = "", final: bool = False) -> Request:
        specs = tuple(ToolSpec(name, "", {}) for name in tools)
        return Request(
            system="", tools=specs, messages=tuple(self.messages), max_output=4_000, check=check, final=final
        )

    def ask(self, provider: Local, request: Request) -> Assistant:
        """One reply of the provider."""
        *_, reply = provider.stream(SPEC, request, Cancellation())
        assert isinstance(reply, Assistant)
        return reply

    def work(self, provider: Local, said: str, *, check: str = "", tools: tuple[str, ...] = tuple(TOOLS)) -> str:
        """Goes on until the provider asks for no more; its last words."""
        self.messages.append(User(said))
        while True:
            reply = self.ask(provider, self.request(tools=tools, check=check))
            self.messages.append(reply)
            if not reply.calls:
                return reply.text
            self.messages.append(
                ToolResults(tuple(self._do(call.id, call.name, call.arguments) for call in reply.calls))
            )

    def _do(self, call_id: str, name: str, arguments: str) -> ToolResult:
        tool = TOOLS[name]
        outcome = tool.run(msgspec.json.decode(arguments, type=tool.arguments), self._context, call_id)
        return ToolResult(call_id, outcome.content, outcome.is_error)


def _told(name: str, arguments: str) -> str:
    given = msgspec.json.decode(arguments, type=dict[str, object])
    return f"{name} {given.get('file_path') or given.get('command') or given.get('pattern')}"
