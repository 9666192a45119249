"""A session's tools over one folder, called as the toolbox calls them: JSON arguments decoded into their Struct."""

import os
from pathlib import Path
from typing import Any

import msgspec

from droidlite.cancellation import Cancellation
from droidlite.tool import Display, Outcome, Tool, ToolContext
from droidlite.tools import all_tools

TOOLS: dict[str, Tool] = {tool.name: tool for kind in ("edit", "patch") for tool in all_tools(kind, ask=True)}  # type: ignore[arg-type]


class Workspace:
    """A session's tools over one folder; `saved` lists the paths that were kept for undo, in order."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "repo"
        self.root.mkdir()
        self.saved: list[str] = []
        self.progressed: list[tuple[str, str]] = []
        self.context = ToolContext(
            root=self.root,
            spill=folder / "spill",
            environment={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8"},
            cancellation=Cancellation(),
            save=lambda path: self.saved.append(path.relative_to(self.root).as_posix()),
            progress=lambda call, text: self.progressed.append((call, text)),
        )

    def call(self, tool: str, /, **arguments: Any) -> Outcome:
        kind = TOOLS[tool]
        return kind.run(msgspec.convert(arguments, kind.arguments), self.context, "call-1")

    def preview(self, tool: str, /, **arguments: Any) -> tuple[Display, ...]:
        kind = TOOLS[tool]
        assert kind.preview is not None
        return kind.preview(msgspec.convert(arguments, kind.arguments), self.context)

    def write(self, path: str, data: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        return target

    def bytes(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def tree(self) -> dict[str, bytes]:
        """Every file below the root and its bytes."""
        files = (path for path in sorted(self.root.rglob("*")) if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in files}
