"""Tools and calls in words: a tool as a model sees it, a call as a person does."""

from typing import Any

import msgspec

from droidlite.tool import Tool
from droidlite.types import Call, ToolSpec


def describe(tool: Tool) -> ToolSpec:
    """A tool as models see it: the JSON Schema of its arguments, inlined and without what no model needs."""
    _, components = msgspec.json.schema_components([tool.arguments], ref_template="{name}")
    return ToolSpec(tool.name, tool.description, _inlined(components[tool.arguments.__name__], components))


def _inlined(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, components) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(components[schema["$ref"]], components)
    properties = schema.get("properties")
    kept = {k: _inlined(v, components) for k, v in schema.items() if k not in ("title", "default", "properties")}
    if properties is not None:
        kept["properties"] = {name: _inlined(value, components) for name, value in properties.items()}
    return kept


def summarise(call: Call) -> str:
    """One line that says what a call does: the command, path, pattern or address itself, never a paraphrase."""
    try:
        arguments = msgspec.json.decode(call.arguments or "{}")
    except (msgspec.DecodeError, UnicodeEncodeError):
        return call.arguments
    if not isinstance(arguments, dict):
        return call.arguments
    for key in ("command", "file_path", "pattern", "url", "question", "job"):
        if isinstance(value := arguments.get(key), str):
            return value
    if isinstance(patch := arguments.get("input"), str):
        return ", ".join(
            line.split(": ", 1)[1] for line in patch.splitlines() if line.startswith("*** ") and ": " in line
        )
    return call.name
