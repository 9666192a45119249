"""A headless run as it happens, in lines on standard error that a log can keep. Imports nothing heavy."""

import contextlib
from typing import TextIO

from droidlite.errors import DroidliteError
from droidlite.events import (
    AttemptFailed,
    BaselineTaken,
    CallDenied,
    CallFinished,
    CallStarted,
    Compacted,
    Event,
    Helped,
    ModelChosen,
    ModelSwitched,
    ReplyFinished,
    Reviewed,
    RunFinished,
    SessionStarted,
    SwitchAnnounced,
    VerifyFinished,
    VerifyFound,
    Warned,
)
from droidlite.result import Trust
from droidlite.sanitise import clean_line, ended
from droidlite.types import RoutingDecision, Switch
from droidlite.ui.cells import hung
from droidlite.ui.checking import check_line, failure, passes
from droidlite.ui.closing import WIDTH, detail_lines, last_line
from droidlite.ui.decision import because, decision_line
from droidlite.ui.plain import columns, write
from droidlite.ui.waiting import Waiting
from droidlite.ui.wording import SCRIPTED, going_on, handed_over, helped, is_news, outcome, switching, tokens

PLAIN = (AttemptFailed, CallDenied, Reviewed, SwitchAnnounced, Warned)
"""Events whose line is not dimmed."""


class Progress:
    """Progress lines on stderr: plain text, dimmed where control codes are taken."""

    def __init__(self, stderr: TextIO, waiting: Waiting, *, live: bool, calls: bool = True) -> None:
        self._stderr, self._waiting, self._live, self._calls = stderr, waiting, live, calls
        self._label_told = False
        self._by_script: list[bool] = []
        self._chosen = ""
        self._models: list[str] = []
        self._decision: RoutingDecision | None = None
        self._switches: list[Switch] = []
        self._summaries: dict[str, str] = {}
        self._denied: set[str] = set()

    def show(self, event: Event) -> None:
        """A line for what is worth one."""
        self._waiting.follow(event)
        self._remember(event)
        if line := self._line(event):
            self._say(line, dim=not _stands_out(event))

    def close(self, finished: RunFinished) -> None:
        """The end of the run, whose last line says the most."""
        for line in detail_lines(finished):
            self._say(line, dim=not line.startswith(finished.subtype))
        reason = because(self._decision, self._switches) if self._decision is not None else ""
        models = self._models or list(finished.model_usage) or [self._chosen] * bool(self._chosen)
        width = columns(self._stderr, WIDTH)
        self._say(last_line(finished, models=models, reason=reason, label=self._who(), width=width), dim=False)

    def _who(self) -> str:
        """Whether a script answered: all of it, a part, or none ("")."""
        if self._by_script and not all(self._by_script):
            return "partly SCRIPTED" if any(self._by_script) else ""
        return "SCRIPTED" if self._label_told else ""

    def _remember(self, event: Event) -> None:
        match event:
            case SessionStarted(model=model):
                self._chosen = model
            case ModelChosen(decision=decision):
                self._decision, self._switches = decision, []
            case ModelSwitched(switch=switch):
                self._switches.append(switch)
            case ReplyFinished(model=model, scripted=scripted):
                self._models += [model] if model not in self._models else []
                self._by_script.append(scripted)

    def apart(self) -> None:
        """A blank line, where a person sees this and the answer together."""
        self._say("", dim=False)

    def _say(self, lines: str, *, dim: bool) -> None:
        if self._stderr.isatty():
            width = columns(self._stderr, WIDTH)
            lines = "\n".join(hung(line, width) for line in lines.split("\n"))
        if dim and self._live:
            lines = "\n".join(f"\x1b[2m{line}\x1b[0m" for line in lines.split("\n"))
        with self._waiting.aside(), contextlib.suppress(DroidliteError):  # progress nobody sees costs no answer
            write(self._stderr, f"{lines}\n")

    def _line(self, event: Event) -> str:
        match event:
            case SessionStarted():
                return self._started(event)
            case ModelChosen(decision=decision) if decision.reasons and decision.strategy != "chosen":
                return decision_line(decision)
            case ReplyFinished(scripted=True):
                return self._label()
            case CallStarted(call_id=call_id, summary=summary):
                self._summaries[call_id] = clean_line(summary, 120)
            case CallFinished(call_id=call_id) if call_id in self._denied:
                self._denied.discard(call_id)  # told already, with the reason
            case CallFinished() if self._calls:
                summary = self._summaries.pop(event.call_id, "")
                return "  ".join(
                    part for part in (clean_line(event.name, 40), summary, outcome(event, summary)) if part
                )
            case CallDenied(call_id=call_id, name=name, summary=summary, reason=reason):
                self._denied.add(call_id)
                return f"denied  {clean_line(name, 40)}  {clean_line(summary, 120)}: {clean_line(reason, 300)}"
            case AttemptFailed() if is_news(event):
                return clean_line(f"attempt {event.attempt} failed ({event.fault}): {ended(event.message)}", 360) + (
                    f" {clean_line(going_on(event), 120)}"
                )
            case SwitchAnnounced(switch=switch):
                return clean_line(f"model {switching(switch)}", 400)
            case ModelSwitched(switch=switch) if told := handed_over(switch):
                return clean_line(f"handed over: {told}", 400)
            case Helped():
                return clean_line(helped(event), 400)
            case Compacted():
                return f"compacted  {tokens(event.before_tokens)} -> {tokens(event.after_tokens)} tokens"
            case VerifyFinished() if self._calls:
                return "\n  ".join((clean_line(check_line(event), 500), *failure(event)))
            case VerifyFound() | BaselineTaken() | VerifyFinished() | Reviewed():
                return clean_line(check_line(event), 500)
            case Warned(message=message):
                return f"warning: {clean_line(message, 500)}"
        return ""

    def _started(self, event: SessionStarted) -> str:
        where = f" via {event.endpoint}" if event.endpoint else ""
        held = f" · sandbox {event.sandbox}" if event.sandbox else ""
        held += _trusted(event.trust)
        line = clean_line(f"session {event.session_id} · {event.model}{where} · autonomy {event.autonomy}{held}", 300)
        return f"{self._label()}\n{line}" if event.scripted else line

    def _label(self) -> str:
        """What says, once, that a script answers."""
        told, self._label_told = self._label_told, True
        return "" if told else SCRIPTED


def _trusted(trust: Trust) -> str:
    """What is said of what the repository brings where somebody trusts it ("" = nobody does)."""
    by = {"flag": " for this run", "pin": " by a pin", "policy": " by policy"}.get(trust.by, "")
    return f" · trusted{by} (sha256 {trust.sha256[:12]})" if trust.state == "trusted" else ""


def _stands_out(event: Event) -> bool:
    """Whether a person should not overlook its line."""
    return isinstance(event, PLAIN) or (isinstance(event, VerifyFinished) and not passes(event))
