"""Sessions are called by what was asked first, and found by title and by what was asked later."""

from pathlib import Path

import pytest

from droidlite.session.journal import Journal
from droidlite.session.records import Header, Said, Titled
from droidlite.session.searching import Found, search
from droidlite.session.store import Store
from droidlite.session.titles import title_of
from droidlite.types import User


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Fix the till", "Fix the till"),
        ("  \n\n## Please, could you fix the parser?\nmore", "fix the parser?"),
        ("```\nTraceback\n```\nWhy does this happen?", "Why does this happen?"),
        ("```\nTraceback", "Traceback"),
        ("- [ ] **write** tests", "[ ] **write** tests"),
        ("1. first\n2. second", "first"),
        ("please", "please"),
        ("ok now", "ok now"),
        ("Now run it", "run it"),
        ("---\n***\nSoup", "Soup"),
        ("", ""),
        ("…!", ""),
        ("word " * 40, "word " * 13 + "word…"),
        ("x" * 100, "x" * 71 + "…"),
    ],
)
def test_a_title_is_what_was_asked_first(prompt: str, title: str) -> None:
    assert title_of(prompt) == title


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "sessions")
    for name, cwd, *said in (
        ("a", "/shop", "Fix the till", "It is a cent off\nin the Naïve branch"),
        ("b", "/shop", "Add a parser for dates"),
        ("c", "/other", "Fix the parser"),
    ):
        with Journal.create(store.folder(name), Header(session_id=name, cwd=cwd, created="")) as journal:
            journal.append(Said(user=User("Folder: till"), host=True))
            journal.extend(Said(user=User(text)) for text in said)
    with Journal.open(store.folder("b"))[0] as journal:
        journal.append(Titled(title="Calendar"))
    return store


def found(store: Store, words: str, cwd: str = "/shop") -> dict[str, str]:
    return {found.summary.id: found.line for found in search(store, words, Path(cwd) if cwd else None)}


def test_those_of_its_worktrees_are_found_where_that_is_asked_for(store: Store) -> None:
    for name, cwd in (("w", "/shop/.droidlite/worktrees/fx"), ("x", "/shop/src")):
        with Journal.create(store.folder(name), Header(session_id=name, cwd=cwd, created="")) as journal:
            journal.append(Said(user=User("Mend the till")))
    assert {each.id for each in store.list(Path("/shop"))} == {"a", "b"}
    assert {each.id for each in store.list(Path("/shop"), worktrees=True)} == {"a", "b", "w"}
    assert {each.summary.id for each in search(store, "till", Path("/shop"), worktrees=True)} == {"a", "w"}


def test_sessions_are_found_by_title_and_by_prompts(store: Store) -> None:
    assert found(store, "TILL fix") == {"a": ""}
    assert found(store, "naïve") == {"a": "in the Naïve branch"}
    assert found(store, "fix cent") == {"a": "It is a cent off"}
    assert found(store, "parser") == {"b": "Add a parser for dates"}
    assert found(store, "parser", cwd="") == {"b": "Add a parser for dates", "c": ""}
    assert found(store, "calendar dates") == {"b": "Add a parser for dates"}
    assert found(store, "nowhere") == {}


def test_a_session_that_cannot_be_read_hides_none(store: Store) -> None:
    (store.folder("a") / "journal.jsonl").write_bytes(b"\xff\n")
    assert list(search(store, "parser", Path("/other"))) == [Found(store.list(Path("/other"))[0])]
