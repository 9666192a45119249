"""Finds sessions by what was asked in them."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from droidlite.errors import UsageError
from droidlite.session.lines import JOURNAL, scan_kinds
from droidlite.session.records import Said
from droidlite.session.store import Store, Summary

_AROUND = 30
"""Characters shown, at most, before a word that was found."""


class Found(Struct, frozen=True):
    """A session, and the line of a prompt that holds the words ("" = its title does)."""

    summary: Summary
    line: str = ""


def search(store: Store, words: str, cwd: Path | None = None, *, worktrees: bool = False) -> Iterator[Found]:
    """Sessions whose title and prompts hold all of `words` (parted by spaces, in whatever case), newest use first; of
    those that Store.list finds with `cwd` and `worktrees`."""
    wanted = words.casefold().split()
    for summary in store.list(cwd, worktrees=worktrees):
        title = summary.title.casefold()
        if all(word in title for word in wanted):
            yield Found(summary)
            continue
        prompts = _prompts(store.folder(summary.id))
        whole = "\n".join((title, *prompts)).casefold()
        if all(word in whole for word in wanted):
            yield Found(summary, _line(prompts, [word for word in wanted if word not in title]))


def _prompts(folder: Path) -> tuple[str, ...]:
    """What the person said in a session, also what was taken back; () where it cannot be read."""
    try:
        kinds: frozenset[type[Said]] = frozenset({Said})
        records = (record for _, record in scan_kinds(folder / JOURNAL, kinds))
        return tuple(
            record.typed or record.user.text for record in records if isinstance(record, Said) and not record.host
        )
    except (OSError, UsageError):
        return ()


def _line(prompts: tuple[str, ...], wanted: list[str]) -> str:
    """The first line that holds the most of the words, from a little before the first of them."""
    lines = [line.strip() for prompt in prompts for line in prompt.splitlines()]
    best = max(lines, key=lambda line: sum(word in line.casefold() for word in wanted), default="")
    at = min((place for word in wanted if (place := best.casefold().find(word)) >= 0), default=0)
    begin = best.find(" ", at - _AROUND, at) + 1 if at > _AROUND else 0
    return f"…{best[begin:]}" if begin else best
