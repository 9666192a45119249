"""Adds the imports that a change of Python code needs: asked for one line, the model cannot write them elsewhere."""

import ast

from droidlite.providers.local.merge import after_imports
from droidlite.providers.local.views import View

MODULES = (
    "math", "re", "json", "csv", "sys", "os", "string", "datetime", "decimal", "fractions", "collections", "itertools",
    "functools", "dataclasses", "typing", "pathlib", "enum", "random", "textwrap", "time", "statistics", "bisect",
    "copy", "operator", "heapq", "calendar",
)  # fmt: skip
"""What a small file may need of the standard library."""
_MEMBERS = {
    "ceil": "math", "floor": "math", "sqrt": "math", "deepcopy": "copy", "Counter": "collections",
    "defaultdict": "collections", "deque": "collections", "timedelta": "datetime", "Decimal": "decimal",
    "Fraction": "fractions", "reduce": "functools", "itemgetter": "operator", "Path": "pathlib",
}  # fmt: skip
"""Names that mean nothing else where nobody defines them."""


def with_imports(view: View, before: View) -> View:
    """`view` with the imports of what it uses of the standard library and does not define. What `before` lacked already
    is left to the model: that is the fault it was asked to find."""
    rows = [row for row in _needed(view) if row not in _needed(before)]
    return _placed(view, rows) if rows else view


def _needed(view: View) -> list[str]:
    if not view.whole or not view.path.endswith(".py"):
        return []
    try:
        nodes = list(ast.walk(ast.parse(view.text)))
    except (SyntaxError, ValueError):
        return []
    known = {name for node in nodes for name in _bound(node)}
    read = (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    modules = {node.value.id for node in read if isinstance(node.value, ast.Name)} & {*MODULES}
    members = {node.id for node in nodes if isinstance(node, ast.Name)} & {*_MEMBERS}
    rows = [f"import {name}" for name in sorted(modules - known)]
    return rows + [f"from {_MEMBERS[name]} import {name}" for name in sorted(members - known)]


def _placed(view: View, rows: list[str]) -> View:
    """`rows` below the imports; where there are none, above the code with the gap that is usual."""
    at = after_imports(list(view.lines))
    above, below = view.lines[:at], view.lines[at:]
    if above and above[-1].startswith(("import ", "from ")):
        return view.with_lines([*above, *rows, *below])
    return view.with_lines([*above, *rows, "", *([""] if below[0].startswith(("def ", "class ", "@")) else []), *below])


def _bound(node: ast.AST) -> list[str]:
    """The names a part of the code gives a meaning to."""
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(name.asname or name.name).split(".")[0] for name in names]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
            return [name]
    return []
