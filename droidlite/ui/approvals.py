"""What a person is asked while the agent works: approvals, questions and the cap. Shown sanitised and in full."""

from collections.abc import Callable
from typing import Any, Protocol

from droidlite.sanitise import clean, clean_line, spell_out
from droidlite.tool import Answer, Approval, Diff, Output, Question
from droidlite.ui.asking import Asking, Option
from droidlite.ui.choosing import Dialog
from droidlite.ui.render import Painter
from droidlite.ui.wording import amount, dollars

IN_DIALOG = 6
"""Lines of a command shown in the dialog itself; longer ones are printed above it, where they can be scrolled."""


class Watcher(Protocol):
    """What shows the session, so that nothing is shown twice, or without what it was about."""

    def approved(self, diffs: tuple[Diff, ...]) -> None: ...
    def refused(self, summary: str) -> None: ...


class AtTerminal:
    """The Person of the terminal. `ask` blocks the worker thread until the dialog is answered, `say` prints above it,
    `stop` interrupts the run, `watcher` keeps what the person has looked at or refused."""

    def __init__(
        self,
        ask: Callable[[Dialog], Any],
        say: Callable[[str], None],
        painter: Painter,
        stop: Callable[[], None],
        watcher: Watcher,
    ) -> None:
        self._ask, self._say, self._painter, self._stop, self._watcher = ask, say, painter, stop, watcher

    def ask_approval(self, approval: Approval) -> Answer:
        dialog = approval_dialog(approval)
        diffs = tuple(display for display in approval.displays if isinstance(display, Diff))
        told = dialog.body or approval.summary in [diff.path for diff in diffs]
        above = [] if told else [self._painter.text("\n".join(_spelled_out(approval.summary)), "bold", "  ")]
        for display in approval.displays:
            if isinstance(display, Diff):
                path = clean_line(display.path, 10_000)
                above.append(self._painter.text(f"{path}  +{display.added} -{display.removed}", "bold", "  "))
                above.append(self._painter.diff(display, most=100_000))
            elif isinstance(display, Output):
                above.append(self._painter.text(spell_out(display.text), "dim", "    "))
        if above:
            self._say("\n" + "".join(above))
        self._watcher.approved(diffs)
        choice, note = self._ask(dialog)
        if choice in ("no", "stop"):
            self._watcher.refused(approval.summary)
        if choice == "stop":
            self._stop()
            return Answer("no")
        return Answer(choice, clean(note).strip())

    def ask_question(self, question: Question) -> str:
        text = clean(question.text).strip()
        options = tuple(Option(clean_line(option, 300), str(index)) for index, option in enumerate(question.options))
        options += (Option("Something else: type it" if options else "Your answer", "typed", typed=True),)
        title, *body = text.split("\n")
        typing = None if question.options else ""
        value, typed = self._ask(Asking(title=f"? {title}", body=tuple(body), options=options, typing=typing))
        answer = question.options[int(value)] if value.isdecimal() else str(typed).strip()
        self._say(self._painter.text(f"? {title}", "dim") + self._painter.result(answer or "no answer", False))
        return answer

    def ask_cap(
        self, spent_usd: float, cap_usd: float, needed_usd: float, most_usd: float | None = None
    ) -> float | None:
        limit = "" if most_usd is None else f"Policy allows at most {dollars(most_usd)} a session."
        if most_usd is not None and most_usd <= cap_usd:
            self._say(self._painter.text(f"{limit} The next call costs at most {dollars(needed_usd)}.", "yellow"))
            return None
        problem = ""
        while True:
            dialog = cap_dialog(spent_usd, cap_usd, needed_usd, problem, most_usd)
            value, typed = self._ask(dialog)
            if value in ("", "stop"):
                return None
            raised = amount(typed if value == "typed" else value)
            if raised is not None and most_usd is not None and raised > most_usd:
                problem = limit
                continue
            if raised is not None and raised > cap_usd:
                self._say(self._painter.text(f"cap raised to {dollars(raised)}", "dim"))
                return raised
            example = suggested_cap(spent_usd, needed_usd, above=cap_usd, most=most_usd)
            problem = f"Type an amount in USD above {dollars(cap_usd)}, such as {example:g}."


def approval_dialog(approval: Approval) -> Asking:
    """Once, session, always (spelling out what that allows) or no; Esc says no and stops the run."""
    command = _spelled_out(approval.summary)
    always = clean_line(approval.always, 300)
    options: tuple[Option, ...] = (Option("Yes, this once", "once"),)
    if always:
        options += (Option(f"Yes, and for the rest of this session allow: {always}", "session"),)
    if always and approval.lasting:
        options += (Option(f"Yes, and from now on, in this project, always allow: {always}", "always"),)
    if approval.confined:
        options += (Option("Yes, this once, outside the sandbox", "outside"),)
    options += (Option("No, and say what to do instead", "no", typed=True),)
    asked = f"Allow {clean_line(approval.tool, 40)} of {clean_line(command[0], 200)}?"
    what = {"shell": "Run this command?", "fetch": "Fetch this?"}.get(approval.tool, asked)
    return Asking(
        title=what,
        body=command if len(command) <= IN_DIALOG and not approval.displays else (),
        note=clean_line(approval.reason, 300),
        options=options,
        left=("stop", ""),
    )


def cap_dialog(
    spent_usd: float, cap_usd: float, needed_usd: float, problem: str = "", most_usd: float | None = None
) -> Asking:
    suggested = suggested_cap(spent_usd, needed_usd, above=cap_usd, most=most_usd)
    return Asking(
        title=f"The cap of {dollars(cap_usd)} would be passed, so nothing was sent.",
        note=f"{dollars(spent_usd)} is spent; the next call costs at most {dollars(needed_usd)}.",
        options=(
            Option(f"Raise the cap to {dollars(suggested)} and go on", f"{suggested:.6f}"),
            Option("Raise it to another amount", "typed", typed=True),
            Option("Stop here", "stop"),
        ),
        problem=problem,
        left=("stop", ""),
    )


def suggested_cap(spent_usd: float, needed_usd: float, above: float = 0.0, most: float | None = None) -> float:
    """Room for what is spent and needed once more, in whole cents, above the cap there is; at most `most`."""
    cents = max(2 * (spent_usd + needed_usd), above * 1.5) * 100
    suggested = (int(cents) + 1) / 100
    return suggested if most is None else min(suggested, most)


def _spelled_out(command: str) -> tuple[str, ...]:
    """Its lines with nothing left out: what would be an escape sequence is shown, not dropped."""
    return tuple(clean_line(line, 1_000_000) for line in command.rstrip("\n").split("\n"))
