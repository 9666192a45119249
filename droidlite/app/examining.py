"""`droidlite sessions doctor`: one line for each session that had something, and what came of all."""

from collections.abc import Iterator, Sequence

from droidlite.session.examining import Examined, examine
from droidlite.session.store import Store
from droidlite.ui.plain import show, show_json
from droidlite.ui.wording import counted


def show_examined(store: Store, session: str, as_json: bool) -> int:
    """Examines and repairs the session named by `session` (an id or part of it), or all of this machine where it is "".
    Exit code 1 where something could not be repaired. Raises UsageError where there is no such session."""
    names = (store.find(session),) if session else ()
    found = list(examine(store.root, names))
    show_json(found) if as_json else show(_lines(found))
    return 1 if any(each.wrong for each in found) else 0


def _lines(found: Sequence[Examined]) -> Iterator[str]:
    for each in found:
        if told := "; ".join(_told(each)):
            yield f"{each.session}  {told}"
    repaired, wrong = sum(bool(each.repaired) for each in found), sum(bool(each.wrong) for each in found)
    noted = sum(bool(each.noted) for each in found)
    counts = {"repaired": repaired, "not whole": wrong, "with something to note": noted}
    state = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "all well"
    yield f"{counted(len(found), 'session')} examined: {state}."


def _told(each: Examined) -> Iterator[str]:
    for what, sentences in (("not repaired: ", each.wrong), ("repaired: ", each.repaired), ("", each.noted)):
        if sentences:
            yield what + "; ".join(sentence.removesuffix(".") for sentence in sentences)
