"""Puts code the model wrote into the file it is for: whole definitions take the place of those of the same name."""

import ast
import re
from collections.abc import Sequence

from droidlite.providers.local.regions import Region, find_regions, indent_of
from droidlite.providers.local.task import read_task
from droidlite.providers.local.views import View
from droidlite.regex import regex

_IMPORT = regex(r"(import|from)\s+\w|(const|let|var)\s+[\w{}, ]+=\s*require\(|use\s+\w|#include\b")
_ASSIGNED = regex(r"(?:export\s+)?(?:const\s+|let\s+|var\s+)?([A-Za-z_]\w*)\s*(?::[^=]+)?=(?!=)")


def merge(view: View, code: Sequence[str], *, dropped: str = "") -> View | None:
    """`view` with `code` in it, or None where it cannot be told what the code is for.

    The code stands for the whole file when it holds all its definitions, or the file has none. Definitions the code
    leaves out stay, except those named in `dropped` (the task's own words)."""
    lines = strip_frame(_without_examples(view, strip_frame(code), dropped))
    if not any(line.strip() for line in lines):
        return None
    theirs, ours = find_regions(view.path, lines), find_regions(view.path, view.lines)
    missing = {region.name for region in ours} - {region.name for region in theirs}
    gone = {name for name in missing if _is_to_go(name, dropped)}
    if view.whole and missing <= gone and not (theirs and _leaves_out(view, lines)):
        return view.with_lines(lines)
    if not theirs:
        return None
    return _merge_parts(view, lines)


def _without_examples(view: View, code: list[str], task: str) -> list[str]:
    """`code` without top-level values that the file did not set, no definition uses and the task does not name as
    code: an example of the model's own, as a definition comes with one in many texts it learnt from."""
    if not find_regions(view.path, code) or not view.lines:
        return code
    inside = {at for region in find_regions(view.path, code) for at in range(region.start, region.end)}
    settled = [line for at, line in enumerate(code) if at in inside or line in view.lines]
    known, wanted = _assignments(view.path, list(view.lines)), read_task(task).names
    for name, rows in _assignments(view.path, code).items():
        named = name in wanted or (name != name.lower() and name in task)
        if name in known or named or _uses(view.path, settled, name):
            continue
        at = next(i for i in range(len(code)) if code[i : i + len(rows)] == rows)
        code = [*code[:at], *code[at + len(rows) :]]
    return code


def _uses(path: str, code: list[str], name: str) -> bool:
    """Whether `code` reads `name`; words in texts and comments do not count."""
    if path.endswith((".py", ".pyi")):
        try:
            nodes = ast.walk(ast.parse("\n".join(code)))
        except (SyntaxError, ValueError):
            return True  # cannot be told: the answer is judged unsound elsewhere
        return any(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) for node in nodes)
    plain = re.sub(r"//.*|#.*|\"[^\"]*\"|'[^']*'", "", "\n".join(code))
    return re.search(rf"\b{re.escape(name)}\b", plain) is not None


def _leaves_out(view: View, code: list[str]) -> bool:
    """Whether the code only leaves out lines that stand outside definitions (imports, constants), with none new."""
    ours, theirs = _outside(view.path, view.lines), _outside(view.path, code)
    return bool(ours - theirs) and not theirs - ours


def _outside(path: str, lines: Sequence[str]) -> set[str]:
    inside = {at for region in find_regions(path, lines) for at in range(region.start, region.end)}
    return {line for at, line in enumerate(lines) if at not in inside and line.strip()}


def strip_frame(code: Sequence[str]) -> list[str]:
    """Without blank lines around it and spaces at line ends."""
    lines = [line.rstrip() for line in code]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _is_to_go(name: str, text: str) -> bool:
    return bool(
        re.search(rf"\b(remove|delete|rename|inline|drop|move)\b[^.]*\b{re.escape(name)}\b", text, re.IGNORECASE)
    )


def _merge_parts(view: View, code: list[str]) -> View | None:
    smallest = min(indent_of(line) for line in code if line.strip())
    code = [line[smallest:] for line in code]
    lines, changed = list(view.lines), False
    for region in _outermost(find_regions(view.path, code)):
        body = code[region.start : region.end]
        merged = _put(view.path, lines, region, body)
        lines, changed = merged, True
    for line in code:
        if _IMPORT.match(line) and line not in lines:
            lines.insert(after_imports(lines), line)
    for name, rows in _assignments(view.path, code).items():
        _assign(view.path, lines, name, rows)
    return view.with_lines(lines) if changed else None


def _put(path: str, lines: list[str], region: Region, body: list[str], inside: Region | None = None) -> list[str]:
    """The lines with `body` in the place of the definition of its name, or added."""
    ours = find_regions(path, lines)
    if inside is not None:
        ours = [found for found in ours if inside.start < found.start and found.end <= inside.end]
    same = [found for found in ours if found.name == region.name]
    if region.is_class and same:
        return _put_class(path, lines, same[0], body)
    if same:
        target = same[0]
        head = body[next((i for i, line in enumerate(body) if line.startswith("@")), 0) :]
        keeps = lines[target.start : target.head] if not head[0].startswith("@") else []
        return [*lines[: target.start], *keeps, *_at(head, target.indent), *lines[target.end :]]
    if inside is not None:
        members = [found for found in ours if found.indent > inside.indent]
        indent = members[0].indent if members else inside.indent + 4
        return [*lines[: inside.end], "", *_at(body, indent), *lines[inside.end :]]
    classes = [found for found in ours if found.is_class]
    if len(classes) == 1 and re.search(r"\(\s*self\b", body[0]):
        return _put(path, lines, region, body, classes[0])
    return _add(path, lines, body)


def _put_class(path: str, lines: list[str], target: Region, body: list[str]) -> list[str]:
    """Each member of the class in `body` into the class `target`; those it leaves out stay."""
    members = [found for found in find_regions(path, body) if found.indent > 0]
    direct = [found for found in members if found.indent == min(member.indent for member in members)]
    if not direct:
        return [*lines[: target.start], *_at(body, target.indent), *lines[target.end :]]
    name = target.name
    for member in direct:
        inside = next(found for found in find_regions(path, lines) if found.name == name and found.is_class)
        text = [line[member.indent :] for line in body[member.start : member.end]]
        lines = _put(path, lines, member, text, inside)
    return lines


def _add(path: str, lines: list[str], body: list[str]) -> list[str]:
    """A new definition: before what ends the file and needs it (exports, a main block), else at the end."""
    gap = ["", ""] if path.endswith((".py", ".pyi")) else [""]
    for at, line in enumerate(lines):
        if re.match(r"module\.exports\b|export \{|if __name__ ==", line):
            return [*lines[:at], *body, *gap, *lines[at:]]
    kept = strip_frame(lines) if lines else []
    return [*kept, *(gap if kept else []), *body]


def _at(body: list[str], indent: int) -> list[str]:
    return [" " * indent + line if line.strip() else "" for line in body]


def _outermost(regions: list[Region]) -> list[Region]:
    return [region for region in regions if not any(r.start < region.start and region.end <= r.end for r in regions)]


def after_imports(lines: list[str]) -> int:
    """Where an import may stand: after the last one, else after the head of the file (comments, docstring)."""
    last = max((at for at, line in enumerate(lines) if _IMPORT.match(line)), default=-1)
    if last >= 0:
        return last + 1
    at, quoted = 0, False
    while at < len(lines):
        line = lines[at]
        marks = line.count('"""')
        if not quoted and line.strip() and not line.startswith(("#", "//", '"""')):
            break
        quoted = quoted != (marks % 2 == 1)
        at += 1
    return at


def _assignments(path: str, code: list[str]) -> dict[str, list[str]]:
    """Constants set at the top level of `code`, outside any definition."""
    inside = {at for region in find_regions(path, code) for at in range(region.start, region.end)}
    found: dict[str, list[str]] = {}
    for at, line in enumerate(code):
        match = _ASSIGNED.match(line)
        if at in inside or match is None or _IMPORT.match(line):
            continue
        end = at + 1
        while end < len(code) and code[end].strip() and (indent_of(code[end]) or code[end][0] in ")]}"):
            end += 1
        found[match[1]] = code[at:end]
    return found


def _assign(path: str, lines: list[str], name: str, rows: list[str]) -> None:
    ours = _assignments(path, lines)
    if ours.get(name) == rows:
        return
    if name in ours:
        at = next(i for i in range(len(lines)) if lines[i : i + len(ours[name])] == ours[name])
        lines[at : at + len(ours[name])] = rows
        return
    at = after_imports(lines)
    lines[at:at] = [*([""] if at and lines[at - 1].strip() else []), *rows]
