"""How numbers and results are said in a terminal, the same in every mode. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from droidlite.events import AttemptFailed, CallFinished, Counterfactual, Helped, ModelUsage, SharedLedger
from droidlite.regex import regex
from droidlite.sanitise import clean_line
from droidlite.tool import Diff, Todos
from droidlite.types import Switch

SCRIPTED = "SCRIPTED: a script answers, not a model"
NOT_RUN = "Not run: "
"""How the result of a call begins that was refused."""
_EXIT = regex(r"\bexit(?:ed)?(?: with)?(?: code| status)?:? (-?\d+)\b", re.IGNORECASE)


def dollars(amount: float | None) -> str:
    """USD with enough digits to mean something: four below 10 cents, two above; unknown is "$?"."""
    if amount is None:
        return "$?"
    if amount == 0:
        return "$0.00"
    return f"${amount:.4f}" if abs(amount) < 0.1 else f"${amount:,.2f}"


def spent(by_model: Mapping[str, ModelUsage], total_usd: float) -> str:
    """What each model cost, and all of it: "claude-x · $0.0132", "claude-x $0.0100, gpt-y $0.12 · $0.13"."""
    names = ", ".join(by_model)
    if len(by_model) > 1:
        names = ", ".join(f"{model} {dollars(used.cost_usd)}" for model, used in by_model.items())
    unpriced = sum(used.unpriced for used in by_model.values())
    more = f" and {counted(unpriced, 'call')} at a price not known" if unpriced else ""
    return f"{names} · {dollars(total_usd)}{more}"


def of_ledger(ledger: SharedLedger) -> str:
    return f"of the shared ledger {ledger.file}: {dollars(ledger.spent_usd)} of {dollars(ledger.cap_usd)}"


def other_than(models: Iterable[str], other: Counterfactual | None) -> Counterfactual | None:
    """`other`, where not all was done by that very model: then it tells nothing."""
    return None if other is None or set(models) == {other.model} else other


def instead(other: Counterfactual) -> str:
    return f"{other.model} alone {dollars(other.cost_usd)} ({other.basis})"


def per_million(price: float | None) -> str:
    if price is None:
        return "?"
    if price == 0:
        return "free"
    return f"{price:.2f}" if price >= 0.1 else f"{price:.3g}"


def tokens(count: int) -> str:
    """Short: 200k, 1.5M; windows that are powers of two the way they are sold (32,768 is 32k)."""
    if count and count % 1024 == 0 and count < 1_000_000:
        return f"{count // 1024}k"
    if count >= 1_000_000:
        return f"{count / 1_000_000:.1f}".removesuffix(".0") + "M"
    return f"{round(count / 1000)}k" if count >= 1000 else str(count)


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def ago(seconds: float) -> str:
    for length, noun in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            return f"{counted(int(seconds // length), noun)} ago"
    return "just now"


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def outcome(event: CallFinished, summary: str = "") -> str:
    """One line about a finished call: its exit code, its change, or how much it returned. Sanitised. A file that stands
    in the `summary` before it is not named again."""
    took = f" · {duration(event.seconds)}" if event.seconds >= 0.05 else ""  # less is noise
    taken = f" · {counted(event.redacted, 'secret')} taken out" if event.redacted else ""
    return f"{_result(event, summary)}{taken}{took}"


def _result(event: CallFinished, summary: str) -> str:
    diffs = [display for display in event.displays if isinstance(display, Diff)]
    if event.content.startswith(NOT_RUN):
        return clean_line(event.content, 400)
    if event.is_error and not diffs:
        code = _exit_code(event.content)
        return f"exit {code}" if code else f"failed: {clean_line(event.content.strip(), 160)}"
    if diffs:
        named = [(diff, clean_line(diff.path, 120)) for diff in diffs]
        return ", ".join(f"+{diff.added} -{diff.removed}" + f" {path}" * (path != summary) for diff, path in named)
    for display in event.displays:
        if isinstance(display, Todos):
            done = sum(item.status == "completed" for item in display.items)
            return f"{done} of {len(display.items)} done"
    if event.name == "shell":
        code = _exit_code(event.content)
        return f"exit {code}" if code else "ok"
    told = bool(event.redacted)  # in a line of its own
    return counted(len(event.content.splitlines()) - told, "line")


def _exit_code(content: str) -> str:
    """The code a shell result tells on its last or first line ("" = none): the only places our shell tool says it."""
    lines = content.strip().splitlines()
    for line in lines[-1:] + lines[:1]:
        if match := _EXIT.search(line):
            return match[1]
    return ""


def left_out(scripted: int, unreadable: Sequence[str]) -> list[str]:
    """Which sessions no figure holds: those a script answered, and those (ids) that could not be read."""
    told = [f"{counted(scripted, 'session')} answered by a script left out."] if scripted else []
    if unreadable:
        names = ", ".join(unreadable[:3]) + (" and more" if len(unreadable) > 3 else "")
        told.append(f"{counted(len(unreadable), 'session')} could not be read and left out: {names}.")
    return told


def switching(switch: Switch) -> str:
    """Why the model changes and what that costs and brings. Not sanitised."""
    price = (f"{dollars(switch.price_usd)} for the switch",) if switch.price_usd and not switch.reasons else ()
    return "; ".join((f"{switch.from_model} -> {switch.to}: {switch.cause}", *switch.reasons[:1], *price))


def handed_over(switch: Switch) -> str:
    """What the new model was handed, and what was lost; "" where that is the whole conversation. Not sanitised."""
    return "; ".join(switch.reasons[1:])


def going_on(event: AttemptFailed) -> str:
    """What is done about an attempt that failed. Not sanitised."""
    return f"Going on by {event.to}." if event.to else f"Trying again in {duration(event.wait_seconds)}."


def is_news(event: AttemptFailed) -> bool:
    """Whether a person need be told: one line for a request that fails again the same way."""
    return event.attempt == 1 or bool(event.to)


def helped(event: Helped) -> str:
    """What the host did for a model that does not get on. Not sanitised."""
    price = f" for {dollars(event.cost_usd)}" if event.cost_usd else ""
    did = {"nudge": "told so", "effort": f"effort raised to {event.text}", "consult": f"asked {event.model}{price}"}
    return f"{did.get(event.rung, event.rung)}: {event.cause}"


def amount(text: str) -> float | None:
    """USD that a person typed, with or without a $; None where it is no amount above 0."""
    try:
        usd = float(text.strip().lstrip("$"))
    except ValueError:
        return None
    return usd if 0 < usd < 1e6 else None
