"""`droidlite demo --story` as a person reads it: chapters, what each model says and does, the gate, the bill."""

from collections.abc import Callable

from rich.text import Text

from droidlite.events import (
    CallFinished,
    CallStarted,
    Event,
    ModelChosen,
    ModelSwitched,
    ReplyFinished,
    RunFinished,
    VerifyFinished,
    Warned,
)
from droidlite.sanitise import clean_line
from droidlite.types import Switch
from droidlite.ui.cells import column_widths, cut, set_in_columns
from droidlite.ui.decision import decision_line
from droidlite.ui.render import Painter
from droidlite.ui.spending import difference
from droidlite.ui.wording import counted, dollars, duration, instead, outcome

NOTE = (
    "SCRIPTED: two scripts answer, not models; nothing is charged. Repository, tests, router, evidence, tools, check, "
    "gate and prices are real."
)
CHARGED = (
    "Tokens are estimates (four bytes each), prices are the price list's, and nothing was charged. Alone it would have "
    "used other tokens; this does not count that."
)
_WIDEST = 110
"""Columns: longer lines of prose are hard to read."""
_INDENT = "  "
_TOLD = 3
"""Failing tests named of one run."""


class Teller:
    """Tells it with `show`, as it happens, in lines of `width()` cells at most."""

    def __init__(self, show: Callable[[str], None], width: Callable[[], int], *, colour: bool) -> None:
        self._show = show
        self._painter = Painter(lambda: min(width(), _WIDEST) - len(_INDENT), colour)
        self._chapters, self._owed = 0, False
        self._summaries: dict[str, str] = {}

    # --- what comes before and after the session ------------------------------------------------------------------

    def opens(self, commit: str, title: str, files: int) -> None:
        """The label, the repository and its bug."""
        self._say(NOTE, "bold yellow")
        self._chapter("A real repository, and a bug of its history put back")
        self._say(f"droidlite's own, {counted(files, 'file')} as they are here, without commit {commit}:")
        self._say(f"“{title}”", "italic")

    def check(self, command: str, code: int | None, output: str) -> None:
        """How a run of the check went: which tests failed, and its last line."""
        passed = code == 0
        mark, style = ("✓", "green") if passed else ("✗", "red")
        ended = "stopped at its limit" if code is None else f"exit {code}"
        self._item(mark, f"bold {style}", f"{command} · {ended}", "bold")
        lines = [clean_line(line, 300) for line in output.strip().splitlines()] or ["(no output)"]
        failed = [line.removeprefix("FAILED ").partition(" - ")[0] for line in lines if line.startswith("FAILED ")]
        for name in failed[:_TOLD]:
            self._say(name.rpartition("::")[2], "", _INDENT)
        self._say(_summary(lines), style, _INDENT)

    def asks(self, command: str, prompt: str) -> None:
        """What the person types."""
        self._chapter("auto chooses, and says why")
        self._item("$", "cyan", f'droidlite exec --auto low --verify "{command}" "{prompt}"', "cyan")

    def changed(self, diff: str) -> None:
        """What is different from before the session."""
        self._chapter("What was changed in the end")
        room = self._painter.width
        for line in _shortened(diff.splitlines()):
            style = {"+": "green", "-": "red"}.get(line[:1], "dim")
            if line.startswith(("+++", " ", "@")):
                line, style = cut(line, room), "dim"
            self._say(line, style)

    def bills(self, event: RunFinished) -> None:
        """What each model cost, and what the reference alone would have."""
        self._chapter("The bill")
        rows = [("model", "calls", "tokens in", "cached", "out", "cost")]
        for model, used in event.model_usage.items():
            usage = used.usage
            whole = usage.input + usage.cache_read + usage.cache_write
            cached = f"{usage.cache_read / whole:.0%}" if whole else ""
            rows.append((model, f"{used.calls}", f"{whole:,}", cached, f"{usage.output:,}", dollars(used.cost_usd)))
        rows.append(("together", "", "", "", "", dollars(event.total_cost_usd)))
        widths = column_widths(rows, self._painter.width, ((0, 16),))
        styles = ["dim", *[""] * (len(rows) - 2), "bold"]
        for row, style in zip(rows, styles, strict=True):
            self._say(set_in_columns(row, widths, frozenset({1, 2, 3, 4, 5})), style)
        if other := event.counterfactual:
            self._show("\n")
            saved = difference(other.cost_usd - event.total_cost_usd, other.cost_usd)
            self._say(f"{instead(other)}: {saved}", "bold green")
            self._say(CHARGED, "dim")

    def ends(self, wrong: list[str], seconds: float) -> None:
        """Whether all of it happened."""
        self._show("\n")
        for what in wrong:
            self._item("✗", "bold red", f"This is not the story: {what}.", "red")
        if not wrong:
            self._item("✓", "bold green", f"All of it happened, in {duration(seconds)}.", "bold")

    # --- the session ------------------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """One event of the session."""
        match event:
            case ModelChosen(decision=decision):
                self._say(decision_line(decision), "bold")
                for reason in decision.reasons:
                    self._item("·", "dim", reason, "")
                self._chapter(f"{decision.model} tries, and the check decides")
            case ReplyFinished(model=model, text=text):
                self._replied(model, text)
            case CallStarted(call_id=call_id, summary=summary):
                self._summaries[call_id] = summary
            case CallFinished():
                self._called(event)
            case VerifyFinished():
                self.check(event.command, event.exit_code, event.output)
                self._owed = event.passed is False
            case ModelSwitched(switch=switch):
                self._switched(switch)
            case Warned(message=message):
                self._item("!", "yellow", message, "yellow")

    def _called(self, event: CallFinished) -> None:
        summary = clean_line(self._summaries.pop(event.call_id, ""), 200)
        note = outcome(event, summary)
        style = "red" if event.is_error else "green"
        self._show(_indented(self._painter.call(event.name, summary, style, f"· {note}")))

    def _replied(self, model: str, text: str) -> None:
        if self._owed:
            self._owed = False
            self._item("→", "dim", f"what the check printed goes back to {model}", "dim")
        if text:
            said = Text.assemble(("SCRIPTED ", "yellow"), (f"{model}: ", "bold"), clean_line(text, 600))
            self._show(_indented(self._painter.paint(said)))

    def _switched(self, switch: Switch) -> None:
        self._owed = False
        self._chapter("The switch is priced before it is made")
        for reason in switch.reasons:
            self._say(reason, "bold")
        gate = switch.gate
        if gate:
            stay, go, worth = (dollars(gate[name]) for name in ("stay_usd", "switch_usd", "worth_usd"))
            text = f"expected from here, a failure counted at {worth}: staying {stay}, switching {go}"
            self._item("·", "dim", text, "")
        self._chapter(f"{switch.to} takes over")
        size = counted(int(gate.get("context", 0)), "token")
        self._item("→", "dim", f"it is given the conversation, what the check printed with it: {size}", "dim")

    # --- lines ------------------------------------------------------------------------------------------------------

    def _chapter(self, title: str) -> None:
        self._chapters += 1
        self._show("\n" + self._painter.text(f"{self._chapters}  {title}", "bold cyan"))

    def _say(self, text: str, style: str = "", indent: str = "") -> None:
        self._show(_indented(self._painter.text(text, style, indent)))

    def _item(self, mark: str, mark_style: str, text: str, style: str) -> None:
        self._show(_indented(self._painter.hanging(f"{mark} ", mark_style, text, style)))


def _summary(lines: list[str]) -> str:
    """The last line that counts tests, such as "1 failed, 12 passed in 0.66s"; else the last line."""
    return next((line for line in reversed(lines) if " passed" in line or " failed" in line), lines[-1])


def _shortened(diff: list[str]) -> list[str]:
    """Without the old names, blank context and what follows the last change."""
    last = max((number for number, line in enumerate(diff) if line.startswith(("+", "-"))), default=-1)
    return [line for line in diff[: last + 1] if line.strip() and not line.startswith("---")]


def _indented(text: str) -> str:
    return "".join(f"{_INDENT}{line}\n" for line in text.splitlines())
