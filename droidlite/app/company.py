"""Who else works in this folder: two sessions in one repository both work, and each is told of the other."""

from pathlib import Path

from droidlite.session.store import Store


class Company:
    """Other sessions of the folder that some droidlite has open, each told once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: set[str] = set()

    def news(self, root: Path, own: str) -> list[str]:
        """A sentence about those that came since the last time; `own` is the session that asks."""
        others = [name for name in self._store.at_work(root) if name not in (own, *self._told)]
        self._told.update(others)
        if not others:
            return []
        named = f"Another session ({others[0]}) is" if len(others) == 1 else f"{len(others)} other sessions are"
        return [f"{named} open in this folder: a file that changes there is read again before it is edited here."]
