"""Folds events into what is printed once above the input and what is still moving just above it."""

from collections.abc import Callable
from math import ceil

from msgspec import Struct

from droidlite.events import (
    AttemptFailed,
    BaselineTaken,
    CallAnnounced,
    CallDenied,
    CallFinished,
    CallProgressed,
    CallStarted,
    Compacted,
    Event,
    Helped,
    ModelChosen,
    ModelSwitched,
    ReplyFinished,
    Reviewed,
    RunFinished,
    SwitchAnnounced,
    TextAdded,
    ThoughtAdded,
    TurnStarted,
    VerifyFinished,
    VerifyFound,
    VerifyStarted,
    Warned,
)
from droidlite.sanitise import clean_line, ended
from droidlite.tool import Diff, Output, Todos
from droidlite.types import User
from droidlite.ui.checking import check_line, failure, passes
from droidlite.ui.decision import decision_line
from droidlite.ui.headless import ANSWERS
from droidlite.ui.markdown import Splitter
from droidlite.ui.render import Painter
from droidlite.ui.wording import dollars, duration, going_on, handed_over, helped, is_news, outcome, switching, tokens

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
TAIL_LINES = 12
THOUGHT_LINES = 6
FAILED_LINES, GONE_WELL_LINES = 5, 3
"""Lines of a command's output that stay; Ctrl+O has all of them."""
PINNED = 6
"""Lines of the todo list above the input while the agent works."""


def is_open(todos: Todos) -> bool:
    """Whether something is left to do."""
    return any(todo.status != "completed" for todo in todos.items)


class _Running(Struct):
    name: str
    summary: str
    since: float
    output: str = ""


class Transcript:
    """`apply` returns ANSI text to print; `live` what to draw now. `clock` is in seconds."""

    def __init__(self, painter: Painter, clock: Callable[[], float]) -> None:
        self.painter, self._clock = painter, clock
        self.unfolded = False  # show a command's output: the person ran it
        self.last_output = ""
        self.cost: float | None = 0.0
        self.replied = False
        self._approved: set[Diff] = set()
        self._refused = ""
        self._denied: set[str] = set()
        self._begun = self._phase_begun = clock()
        self._phase, self._waits_until = "working", 0.0
        self._splitter, self._thought, self._streamed = Splitter(), "", False
        self._running: dict[str, _Running] = {}
        self._last = ""
        self._todos = Todos(())
        self._drawn: tuple[str, int, str] = ("", 0, "")

    def begin(self, phase: str = "working") -> None:
        """A message is on its way: counts cost and seconds from here."""
        self._begun, self._phase, self.cost, self.replied = self._clock(), phase, 0.0, False
        self._waits_until = 0.0

    def approved(self, diffs: tuple[Diff, ...]) -> None:
        """The person has just seen these in an approval: once is enough."""
        self._approved.update(diffs)

    def refused(self, summary: str) -> None:
        """The person has just said no to this: the next call that did not run."""
        self._refused = summary

    def apply(self, event: Event | User) -> str:
        match event:
            case TextAdded(text=text):
                self._streamed, self._phase = True, "writing"
                return self._thought_done() + self._blocks(self._splitter.feed(text))
            case ThoughtAdded(text=text):
                self._thought, self._phase = self._thought + text, "thinking"
            case TurnStarted():
                self._phase, self._streamed = "working", False
            case CallAnnounced(name=name):
                self._phase = f"writing a call of {clean_line(name, 40)}"
            case CallProgressed(call_id=call_id, text=text) if call_id in self._running:
                running = self._running[call_id]
                running.output = (running.output + text)[-4000:]
            case CallStarted(call_id=call_id, name=name, summary=summary):
                self._running[call_id] = _Running(name, summary, self._clock())
                self._phase = "working"
                return self._text_done()
            case ReplyFinished():
                return self._reply(event)
            case CallDenied():
                self._denied.add(event.call_id)
                return self._not_run(event.name, event.summary, event.reason)
            case CallFinished(call_id=call_id) if call_id in self._denied:
                self._denied.discard(call_id)  # told already
            case CallFinished(content=content) if self._refused and event.call_id not in self._running:
                return self._not_run(event.name, self._refused, content)
            case CallFinished():
                return self._call(event)
            case RunFinished():
                return self._finished(event)
            case User(text=text):
                return self._gap("said") + self.painter.said(text)
            case _:
                return self._note(event)
        return ""

    def end(self) -> str:
        """Nothing more comes: what was unfinished is printed as it is."""
        self._running.clear()
        left, self._todos = self._todos, Todos(())
        text = self._text_done()
        return text + self._gap("todos") + self.painter.todos(left) if is_open(left) else text

    def _reply(self, event: ReplyFinished) -> str:
        self.replied = True
        self.cost = None if self.cost is None or event.cost_usd is None else self.cost + event.cost_usd
        if self._streamed:
            return self._text_done()
        return self._thought_done() + self._blocks([event.text])

    def _blocks(self, blocks: list[str]) -> str:
        return "".join(self._gap("text") + self.painter.markdown(block) for block in blocks if block.strip())

    def _text_done(self) -> str:
        return self._thought_done() + self._blocks(self._splitter.finish())

    def _thought_done(self) -> str:
        thought, self._thought = self._thought.strip(), ""
        if not thought:
            return ""
        return self._gap("thought") + self.painter.output(thought, THOUGHT_LINES)

    def _gap(self, kind: str) -> str:
        """A blank line between unlike things; calls and notes stand close to their own kind."""
        close = kind == self._last and kind in ("call", "note")
        self._last = kind
        return "" if close else "\n"

    def _not_run(self, name: str, summary: str, why: str) -> str:
        """A call that was refused: what was to run in full, and why it did not."""
        self._refused = ""
        told = f"{clean_line(name, 40)}  {clean_line(summary, 1_000)}"
        text = self._text_done() + self._gap("call") + self.painter.hanging("⊘ ", "yellow", told, "")
        return text + self.painter.result(clean_line(why, 400), True)

    def _call(self, event: CallFinished) -> str:
        running = self._running.pop(event.call_id, None)
        painter = self.painter
        outputs = [display.text for display in event.displays if isinstance(display, Output)]
        self.last_output = "\n".join(outputs) or event.content
        summary = running.summary if running and running.summary != event.name else ""
        head = painter.call(event.name, summary, "red" if event.is_error else "green")
        told = outcome(event, summary if painter.names(event.name, summary) else "")
        text = self._text_done() + self._gap("call") + head + painter.result(told, event.is_error)
        for display in event.displays:
            if isinstance(display, Todos):
                self._todos = display  # stands above the input while there is something to do
            elif isinstance(display, Diff) and display not in self._approved:
                text += painter.diff(display)
            self._approved -= {display} if isinstance(display, Diff) else set()
        if self.unfolded:
            return text + painter.output(self.last_output, 200)
        # What failed in a sentence of its own has said it all.
        repeats = told.startswith("failed") and self.last_output.strip() == event.content.strip()
        untold = (bool(outputs) or told.startswith("exit")) and not repeats
        many_lines = event.name == "shell" and untold and self.last_output.strip()
        most = FAILED_LINES if event.is_error else GONE_WELL_LINES
        return text + (painter.output(self.last_output, most, newest=True) if many_lines else "")

    def _finished(self, event: RunFinished) -> str:
        text = self._text_done()
        self._running.clear()
        if event.subtype == "success":
            return text
        if event.exit_code in (130, 143):
            return text + self._gap("end") + self.painter.text("⊘ interrupted", "yellow")
        said = event.result if event.subtype not in ANSWERS or not self.replied else ""
        named = event.subtype.removeprefix("error_").replace("_", " ")
        return text + self._gap("end") + self.painter.text(f"✗ stopped ({named}) {said}".rstrip(), "red")

    def _note(self, event: Event | User) -> str:
        line, style = self._noted(event)
        if isinstance(event, AttemptFailed):
            void, self._splitter, self._thought = bool(self._splitter.tail or self._streamed), Splitter(), ""
            void = void and self._streamed
            line = f"{line} What it wrote above is void." if void else line if is_news(event) else ""
            self._phase, self._streamed = "working", False
            self._waits_until = self._clock() + (event.wait_seconds or 0.0)
        if not line:
            return ""
        below = "\n".join(failure(event)) if isinstance(event, VerifyFinished) else ""
        told = self.painter.text(line, style) + (self.painter.text(below, "dim", "    ") if below else "")
        return self._text_done() + self._gap("note") + told

    def _noted(self, event: Event | User) -> tuple[str, str]:
        match event:
            case ModelChosen(decision=decision) if decision.reasons and decision.strategy != "chosen":
                return f"→ {decision_line(decision)}", "dim"
            case SwitchAnnounced(switch=switch):
                return f"⇄ {switching(switch)}", "magenta"
            case ModelSwitched(switch=switch) if told := handed_over(switch):
                return f"⇄ {told}", "magenta"
            case Helped():
                extra = event.cost_usd or 0.0
                self.cost = None if self.cost is None else self.cost + extra
                return f"⇄ {helped(event)}", "magenta"
            case AttemptFailed():
                return f"↻ {event.fault}: {ended(event.message)} {going_on(event)}", "yellow"
            case Compacted():
                extra = event.cost_usd or 0.0
                self.cost = None if self.cost is None else self.cost + extra
                price = f" for {dollars(extra)}" if extra else ""
                return f"⋯ compacted {tokens(event.before_tokens)} → {tokens(event.after_tokens)} tokens{price}", "dim"
            case VerifyStarted(command=command):
                self._phase = f"verifying: {clean_line(command, 60)}"
            case VerifyFinished():
                good = passes(event)
                return f"{'✓' if good else '✗'} {check_line(event)}", "green" if good else "red"
            case VerifyFound() | BaselineTaken() | Reviewed():
                return f"· {check_line(event)}", "dim"
            case Warned(message=message):
                return f"⚠ {message}", "yellow"
        return "", ""

    def live(self, rows: int) -> str:
        """ANSI text of what is still moving, at most `rows` lines, the spinner last."""
        now = self._clock()
        text = self.painter.output(self._thought, 3, newest=True) if self._thought.strip() else ""
        text += self._tail(max(rows - 2, 1))
        for running in list(self._running.values()):
            text += self.painter.call(running.name, running.summary, "yellow", duration(now - running.since))
            most = max(rows - 3, 3) if self.unfolded else 3
            text += self.painter.output(running.output, most, newest=True) if running.output.strip() else ""
        pinned = self.painter.todos(self._todos, PINNED).split("\n")[:-1] if is_open(self._todos) else []
        pinned = pinned[: max(rows - 3, 0)]
        lines = text.split("\n")[:-1][-(rows - 1 - len(pinned)) :]
        seconds = now - self._begun
        spinner = SPINNER[int(seconds * 10) % len(SPINNER)]
        left = ceil(self._waits_until - now)
        doing = f"trying again in {left} s" if left > 0 else f"{self._phase} {seconds:.0f} s"
        cost = f" · {dollars(self.cost)}" if self.cost else ""
        return "\n".join([*lines, *pinned, self._dim(f"{spinner} {doing}{cost} · esc to interrupt")])

    def _dim(self, line: str) -> str:
        return self.painter.text(line, "dim").rstrip("\n")

    def _tail(self, rows: int) -> str:
        """The unfinished block, rendered from its newest lines only: a long one must not cost more with each redraw."""
        tail, width = self._splitter.tail, self.painter.width
        if not tail.strip():
            return ""
        if self._drawn[:2] != (tail, width):
            first, _, rest = tail.partition("\n")
            lines = rest.split("\n")
            fenced = first.lstrip().startswith(("```", "~~~"))
            head = [first] if fenced or len(lines) <= TAIL_LINES else []
            shown = "\n".join([*head, *lines[-TAIL_LINES:]]) if rest else first[-4000:]
            self._drawn = (tail, width, self.painter.markdown(shown))
        return "\n" + "\n".join(self._drawn[2].split("\n")[-rows - 1 :])
