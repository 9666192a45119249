"""Builds what the model is asked: short, with the files first and the task last, so that its prefix is cached."""

import builtins
import re
from functools import cache
from pathlib import Path, PurePosixPath
from string import Template

from droidlite.providers.local.episode import Situation
from droidlite.providers.local.failures import digest, is_better, progress
from droidlite.providers.local.forms import Aim, Form, Shape, Trial, first_trial
from droidlite.providers.local.pitfalls import MOST, notes_on
from droidlite.providers.local.regions import find_regions
from droidlite.providers.local.showing import (
    WHOLE_CHARACTERS,
    callable_heads,
    excerpt,
    holed,
    in_question,
    is_short,
    lines_of_test,
    name_of,
    named_regions,
    other_files,
    tests_of,
    without_bodies,
)
from droidlite.providers.local.views import View
from droidlite.regex import regex

Messages = tuple[tuple[str, str], ...]

_PROMPTS = Path(__file__).parents[2] / "prompts"
_ADDS = regex(r"\b(add|write|create|implement|need|new)\b", re.IGNORECASE)
_LANGUAGES = {
    "py": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "ts": "typescript",
    "sh": "bash",
    "bash": "bash",
    "rb": "ruby",
    "rs": "rust",
    "yml": "yaml",
    "md": "markdown",
}


@cache
def template(name: str) -> Template:
    return Template((_PROMPTS / f"local_{name}.md").read_text(encoding="utf-8").strip())


def ask(name: str, **parts: str) -> Messages:
    """The system prompt and one question from prompts/local_NAME.md."""
    return ("system", template("system").template), ("user", template(name).substitute(parts))


def language_of(path: str) -> str:
    name = PurePosixPath(path).name
    if name.lower().endswith("makefile"):
        return "makefile"
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return _LANGUAGES.get(ending, ending if ending.isalnum() else "")


def change_messages(now: Situation, path: str, form: Form, base: Trial, aim: Aim) -> Messages:
    """Asks for a change of `base` in the given form; with `form.again` in answer to how `base` failed."""
    if form.again and base.run is not None and base.run.changes:
        shape = shape_of(now, base.view, form)
        before = Trial(first_trial(now.history, path, now.check).view, None)
        first = _question(now, path, form, before, aim)
        tried = changed_part(first_trial(now.history, path, now.check).view, base.view)
        failed = template("failed").substitute(
            check=now.check, output=digest(base.run, tests_of(now, path)), what=what_to_write(now, base.view, shape)
        )
        return *first, ("assistant", f"```{language_of(path)}\n{tried}\n```"), ("user", failed)
    return _question(now, path, form, base if form.told else Trial(base.view, None), aim)


def _first(form: Form) -> str:
    return template("reason").template + " " if form.reasoned else ""


def _failing(now: Situation, path: str, base: Trial) -> str:
    if base.run is None or not base.run.code or not (base.view.lines or progress(base.run) is not None):
        return ""
    output = digest(base.run, tests_of(now, path))
    partly = is_better(base.run, first_trial(now.history, path, now.check).run)
    return "\n" + template("partly" if partly else "failing").substitute(check=now.check, output=output) + "\n"


def _notes(now: Situation, view: View, aim: Aim) -> str:
    code = view.lines[aim.line] if aim.line >= 0 else in_question(now, view)
    helpers = [f"It may call {head}" for head in callable_heads(now, view)]
    notes = [*helpers[:MOST], *notes_on(view.path, code, aim.turn)]
    return "\n" + template("keep").substitute(notes="\n".join(f"- {note}" for note in notes)) + "\n" if notes else ""


def _question(now: Situation, path: str, form: Form, base: Trial, aim: Aim) -> Messages:
    """`base.run` None: nothing is told of how it failed."""
    shown, view = around(now, path), base.view
    failing = _failing(now, path, base) + (_notes(now, view, aim) if form.hinted else "")
    if not view.lines:
        return ask("create", path=path, task=now.task.text, others=shown, failing=failing, first=_first(form))
    shape = shape_of(now, view, form)
    text = excerpt(without_bodies(now, view) if form.blank else view, now.task.names)
    if shape == "hole":
        text = holed(view, aim.line)
    parts = {"path": path, "text": text, "task": now.task.text, "others": shown, "failing": failing}
    if shape in ("lines", "line", "hole"):
        return ask(shape, **parts)
    return ask("change", **parts, what=what_to_write(now, view, shape), first=_first(form))


def shape_of(now: Situation, view: View, form: Form) -> Shape:
    """What can be asked for: a new file is written whole, and of a long one that has no definitions some lines."""
    if not view.lines:
        return "whole"
    if missing_functions(now, view):
        return "parts"
    parted = bool(find_regions(view.path, view.lines))
    if form.shape in ("line", "hole"):
        return form.shape if parted else "line"
    if form.shape == "lines" or not (parted or is_short(view)):
        return "lines"
    return form.shape if is_short(view) and parted else "whole" if is_short(view) else "parts"


def what_to_write(now: Situation, view: View, shape: Shape) -> str:
    if shape == "whole":
        return f"the whole new {view.path}"
    if missing := missing_functions(now, view):
        return f"only {' and '.join(f'{name}()' for name in missing)}, whole, to be added to {view.path},"
    if named := named_functions(now, view):
        functions = " and ".join(f"{name}()" for name in named)
        return f"only {functions} of {view.path}, whole and corrected (and constants, if they must change),"
    return f"only the functions of {view.path} that change, each of them whole,"


def missing_functions(now: Situation, view: View) -> tuple[str, ...]:
    """Functions the task wants added to a file of Python."""
    if not view.whole or not view.path.endswith(".py") or not _ADDS.search(now.task.text):
        return ()
    there = {region.name for region in find_regions(view.path, view.lines)}
    return tuple(name for name in now.task.called if name not in there and not hasattr(builtins, name))


def named_functions(now: Situation, view: View) -> tuple[str, ...]:
    """Functions of the file the task names."""
    return tuple(dict.fromkeys(region.name for region in named_regions(now, view) if not region.is_class))


def changed_part(before: View, after: View) -> str:
    """What the model is shown as its own earlier answer: the file, or the functions that changed."""
    if is_short(before):
        return after.text
    old = {"\n".join(before.lines[r.start : r.end]) for r in find_regions(before.path, before.lines)}
    parts = [
        "\n".join(after.lines[r.start : r.end])
        for r in find_regions(after.path, after.lines)
        if not r.is_class and "\n".join(after.lines[r.start : r.end]) not in old
    ]
    return "\n\n".join(parts) or after.text[:WHOLE_CHARACTERS]


def around(now: Situation, path: str) -> str:
    """The other files the task names, and what the tests say."""
    output = "\n".join(run.output for run in now.history.runs[:1])
    files = [("other", other, text) for other, text in other_files(now, path).items()]
    for other, view in tests_of(now, path).items():
        files.append(("expected", other, lines_of_test(view, output)))
    shown = [template(kind).substitute(path=name_of(other), text=text) for kind, other, text in files[-3:]]
    return "\n\n".join(shown) + ("\n\n" if shown else "")
