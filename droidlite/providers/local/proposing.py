"""Makes the model's answer into one change of one file, and asks again where the answer is of no use."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from droidlite.providers.local.client import Answer, Ask
from droidlite.providers.local.episode import ProposeChange, Situation
from droidlite.providers.local.focus import failing_blocks, focused
from droidlite.providers.local.forms import (
    Aim,
    Form,
    Shape,
    Trial,
    best_trial,
    first_trial,
    form_at,
    later_trials,
    turn_of,
)
from droidlite.providers.local.grammar import code_grammar, find_run, hole_grammar, lines_grammar
from droidlite.providers.local.imports import with_imports
from droidlite.providers.local.merge import merge, strip_frame
from droidlite.providers.local.prompting import (
    change_messages,
    language_of,
    missing_functions,
    named_functions,
    shape_of,
)
from droidlite.providers.local.regions import code_lines, find_regions, guard_lines, indent_of
from droidlite.providers.local.showing import named_regions
from droidlite.providers.local.soundness import find_problem
from droidlite.providers.local.task import is_test
from droidlite.providers.local.tidying import without_tests
from droidlite.providers.local.views import View, change_call
from droidlite.regex import regex

TRIES = 16
"""How often the model is asked in one reply while its answers are of no use."""
_FENCE = regex(r"(?:^|\n)```\w*\n")
_MOST_NEW = 900
"""Tokens of a new file; a change may have half as many more than the file itself takes."""
_MOST_LINE = 160
"""Tokens of an answer of one line."""
_LEADS_IN = regex(r"(?:^|(?<=[.!?]) )[^.!?]*(?:[.][a-z][^.!?]*)?:$")  # "Here is the new file:"


class Proposal(Struct, frozen=True):
    """A change worth making: the call that makes it and the model's sentence about it."""

    name: str
    arguments: dict[str, Any]
    said: str = ""


class Useless(Struct, frozen=True):
    """Why an answer cannot be used."""

    why: str


class Question(Struct, frozen=True):
    """One way to ask for the change: `base` is what the answer changes, at `line` where it is for one line."""

    ask: Ask
    base: View
    shape: Shape
    line: int = -1


def questions(now: Situation, step: ProposeChange, max_tokens: int) -> Iterator[Question]:
    """The ways to ask for the change, one after the other, as long as the answers are of no use."""
    history = now.history
    first = first_trial(history, step.path, now.check)
    best = best_trial(history, step.path, now.check)
    for attempt in range(TRIES):
        turn = history.asked + attempt
        form = form_at(turn)
        base = first if form.anew and (best == first or first.view.lines or step.round % 2) else best
        if form.again and step.round and base == first:
            base = later_trials(history, step.path, now.check)[-1]
        seen, base, form, aim = _aimed(now, base, form, turn_of(turn))
        shape, view = shape_of(seen, base.view, form), base.view
        question = Ask(
            messages=change_messages(seen, step.path, form, base, aim),
            grammar=_grammar(seen, view, shape, form, aim),
            temperature=form.temperature,
            seed=1 + turn,
            max_tokens=min(max_tokens, _most_tokens(view, shape)),
        )
        yield Question(question, view, shape, aim.line)


def _aimed(now: Situation, base: Trial, form: Form, turn: int) -> tuple[Situation, Trial, Form, Aim]:
    """With what is in question narrowed down to one failing test where the form wants that, and to one line; a line
    can only be left out where there is one."""
    tests = 1
    if form.told and not form.again and (form.hinted or form.shape == "hole"):
        tests = len(failing_blocks(base.run)) or 1
        now, base = focused(now, base, turn)
    suspects = spots(now, base.view) if form.forced else []
    if suspects:
        return now, base, form, Aim(suspects[turn // tests % len(suspects)], turn)
    form = msgspec.structs.replace(form, shape="line" if form.shape == "hole" else form.shape)
    return now, base, form, Aim(turn=turn)


def _most_tokens(view: View, shape: Shape) -> int:
    if shape in ("line", "hole"):
        return _MOST_LINE
    return _MOST_NEW if not view.lines else _MOST_NEW // 2 + len(view.text) // 2


def spots(now: Situation, view: View) -> list[int]:
    """The lines one of which may be the faulty one: those of the functions in question first, then those of
    what they call, those outside, guards last."""
    code, guards = code_lines(view.path, view.lines), guard_lines(view.lines)
    in_turn = [*named_regions(now, view), *find_regions(view.path, view.lines)]

    def rank(at: int) -> tuple[bool, int, int]:
        own = (place for place, one in enumerate(in_turn) if one.start <= at < one.end)
        return at in guards, next(own, len(in_turn)), at

    return sorted(code & set(_places(now, view) or code), key=rank)


def _grammar(now: Situation, view: View, shape: Shape, form: Form, aim: Aim) -> str:
    if shape == "hole":
        return hole_grammar(language_of(view.path))
    if shape == "lines":
        return lines_grammar(view.lines, _places(now, view))
    if shape == "line":
        places = [aim.line] if aim.line >= 0 else sorted(spots(now, view))
        return lines_grammar(view.lines, places, longest=1)
    language = language_of(view.path)
    if is_test(view.path) or (view.lines and shape == "whole"):
        return code_grammar(language, reasoned=form.reasoned)
    if not view.lines:
        return code_grammar(language, now.task.called, reasoned=form.reasoned)
    names = missing_functions(now, view) or named_functions(now, view)
    return code_grammar(language, names, reasoned=form.reasoned, functions=True)


def _places(now: Situation, view: View) -> list[int]:
    """The lines of the functions the task names and those outside functions; none where it names none."""
    regions, named = find_regions(view.path, view.lines), named_regions(now, view)
    wanted = {at for region in named for at in range(region.start, region.end)}
    others = {at for region in regions for at in range(region.start, region.end)}
    return sorted(wanted | (set(range(len(view.lines))) - others)) if wanted else []


def read_answer(now: Situation, question: Question, answer: Answer) -> Proposal | Useless:
    """The call an answer comes to; Useless for one that changes nothing, breaks the file or was tried already."""
    if answer.cut:
        return Useless("the answer was too long or repeated itself.")
    history, base = now.history, question.base
    before, current = history.before.get(base.path, View(base.path)), history.now.get(base.path, View(base.path))
    said, after = _changed(now, question, answer.text)
    if after is None:
        return Useless("it could not be told where the answer belongs.")
    after = with_imports(_tabbed(before, after), before)
    if after in (before, base, current):
        return Useless("the answer changed nothing.")
    if after in history.tried:
        return Useless("the answer was one that had failed already.")
    if not before.lines and (lacking := _lacking(now, after)):
        return Useless(f"the answer does not define {lacking}.")
    if problem := find_problem(base.path, after.text, before.text) if after.whole else "":
        return Useless(problem)
    name, arguments = change_call(current, after)
    if name not in now.tools:
        name, arguments = "write", {"file_path": base.path, "content": after.text + "\n"}
        if name not in now.tools or not after.whole:
            return Useless(f"the tool it needs ({name}) is not offered.")
    return Proposal(name, arguments, said)


def _changed(now: Situation, question: Question, text: str) -> tuple[str, View | None]:
    """What the model said of it, and the file after the change."""
    match question.shape:
        case "hole":
            return "", _from_hole(question.base, text, question.line)
        case "lines" | "line":
            return "", _from_lines(question.base, text)
        case "parts" | "whole":
            return _from_code(question.base, text, now.task.text)


def split_answer(text: str) -> tuple[str, list[str]]:
    """The sentence before the code block, and the lines of the block."""
    parts = _FENCE.split(text, maxsplit=1)
    said, code = parts[0].partition("```")[0], parts[-1].removesuffix("```")
    told = _LEADS_IN.sub("", " ".join(said.split()))
    return told.strip(), code.split("\n")


def _lacking(now: Situation, after: View) -> str:
    """A function the task wants in a new file and that is not in it (the model wrote something else, often tests)."""
    if not after.path.endswith(".py") or is_test(after.path):
        return ""
    defined = {region.name for region in find_regions(after.path, after.lines)}
    return next((name for name in now.task.called if name not in defined), "")


def _from_code(base: View, text: str, task: str) -> tuple[str, View | None]:
    said, code = split_answer(text)
    code = without_tests(base, code)
    if not base.lines:
        rows = strip_frame(code)
        return said, View(base.path, tuple(rows)) if rows else None
    return said, merge(base, code, dropped=task)


def _from_lines(view: View, text: str) -> View | None:
    try:
        change = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError:
        return None
    found = find_run(view.lines, change.get("old", ""))
    if found is None:
        return None
    start, end = found
    pad = view.lines[start][: indent_of(view.lines[start])]
    new = [pad + line if line.strip() else "" for line in _unframed(change.get("new", "")).split("\n")]
    return view.with_lines([*view.lines[:start], *(new if change.get("new") else []), *view.lines[end:]])


def _unframed(new: str) -> str:
    """Without the bracket that ends the answer's object, which the model now and then writes within its text."""
    return new[:-1] if new.endswith("}") and new.count("}") > new.count("{") and "\n" not in new else new


def _from_hole(view: View, text: str, at: int) -> View | None:
    rows = strip_frame(split_answer(text)[1])
    if not rows:
        return None
    if find_regions(view.path, rows):  # it wrote the whole function
        return merge(view, rows)
    own, pad = indent_of(rows[0]), view.lines[at][: indent_of(view.lines[at])]
    placed = [pad + row[min(own, indent_of(row)) :] if row.strip() else "" for row in rows]
    return view.with_lines([*view.lines[:at], *placed, *view.lines[at + 1 :]])


def _tabbed(before: View, after: View) -> View:
    """Recipes of a Makefile begin with a tab, which models write as spaces."""
    if not after.path.lower().endswith(("makefile", ".mk")):
        return after
    return after.with_lines(["\t" + line.lstrip() if line.startswith(("  ", "\t")) else line for line in after.lines])
