"""Builds what the model is asked: short, with the file first and the task last, so that its prefix is cached."""

from functools import cache
from pathlib import Path, PurePosixPath
from string import Template

from droidlite.providers.local.episode import ProposeChange, Situation
from droidlite.providers.local.regions import find_regions
from droidlite.providers.local.views import View

Messages = tuple[tuple[str, str], ...]

WHOLE_LINES = 60
WHOLE_CHARACTERS = 2_400
"""A file up to this size is written anew as a whole (about 700 tokens, 40 s); of a longer one only what changes."""
SHOWN_CHARACTERS = 9_000
"""Most of a file that is shown: about 2,700 tokens, a minute of reading on two cores."""
OTHER_CHARACTERS = 2_000
OUTPUT_CHARACTERS = 1_200
_PROMPTS = Path(__file__).parents[2] / "prompts"
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


def change_messages(now: Situation, step: ProposeChange) -> Messages:
    """Asks for the file's new text. After a failed check the conversation goes on where it was; the last round begins
    anew, without the model's own earlier answers before its eyes."""
    history = now.history
    view = history.before.get(step.path, View(step.path))
    what = what_to_write(view)
    if not view.lines:
        first = ask("create", path=step.path, task=now.task.text, others=others(now, step.path))
    else:
        first = ask(
            "change",
            path=step.path,
            text=excerpt(view, now.task.names),
            task=now.task.text,
            others=others(now, step.path),
            what=what,
        )
    if step.failed is None or not goes_on(step):
        return first
    tried = changed_part(view, history.now[step.path])
    failed = template("failed").substitute(check=now.check, output=cut_output(step.failed.output), what=what)
    return *first, ("assistant", f"```{language_of(step.path)}\n{tried}\n```"), ("user", failed)


def goes_on(step: ProposeChange) -> bool:
    """Whether a change builds on the one before: after the first failure, and while each leaves less failing."""
    return step.round == 1 or (step.round > 1 and step.better)


def what_to_write(view: View) -> str:
    if is_short(view):
        return f"the whole new {view.path}"
    return f"only the functions of {view.path} that change, each of them whole,"


def is_short(view: View) -> bool:
    return view.whole and len(view.lines) <= WHOLE_LINES and len(view.text) <= WHOLE_CHARACTERS


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


def excerpt(view: View, names: tuple[str, ...]) -> str:
    """The file as far as it can be shown: its head and the definitions the task names, or its beginning."""
    if len(view.text) <= SHOWN_CHARACTERS:
        return view.text
    keep: set[int] = set(range(min(15, len(view.lines))))
    for region in find_regions(view.path, view.lines):
        if region.indent == 0:
            keep.add(region.head)
        if region.name in names and region.end - region.start <= 120:
            keep.update(range(region.start, region.end))
    for at, line in enumerate(view.lines):
        if any(name in line for name in names):
            keep.update(range(max(0, at - 6), min(len(view.lines), at + 12)))
    if len(keep) < 40:
        keep.update(range(min(120, len(view.lines))))
    return _rows(view, sorted(keep))


def _rows(view: View, kept: list[int]) -> str:
    rows: list[str] = []
    room, last = SHOWN_CHARACTERS, -1
    for at in kept:
        if at != last + 1:
            rows.append("...")
        room -= len(view.lines[at]) + 1
        if room < 0:
            break
        rows.append(view.lines[at])
        last = at
    return "\n".join(rows)


def others(now: Situation, path: str) -> str:
    """Other files the task names, shortened. Never a new file's tests: the model copies them into it."""
    shown = []
    for other, view in now.history.now.items():
        if other != path and other in now.task.paths:
            shown.append(f"{other}:\n```\n{view.text[:OTHER_CHARACTERS]}\n```\n")
    return "\n".join(shown[:2])


def cut_output(output: str) -> str:
    """The end of what a failing command printed, where the reason stands."""
    return output.strip()[-OUTPUT_CHARACTERS:]
