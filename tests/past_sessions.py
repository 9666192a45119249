"""Sessions of earlier days, written by the real journal, and settings with two priced models and one without."""

import datetime
import os
from pathlib import Path

from droidlite.session.journal import Journal
from droidlite.session.records import Decided, Header, Record, Said, Spent
from droidlite.session.store import Store
from droidlite.types import RoutingDecision, Usage, User

HOUSE = """\
[[endpoints]]
name = "house"
protocol = "openai-chat"
base_url = "http://127.0.0.1:9/v1"
api_key = "k"
models = ["cheap", "dear", "mystery"]
[[models]]
id = "cheap"
price = { input = 1.0, output = 2.0, cache_read = 0.1 }
[[models]]
id = "dear"
tier = "frontier"
price = { input = 10.0, output = 20.0 }
[[models]]
id = "mystery"
"""
NONE = Usage()
TERMINAL = {"COLUMNS": "80", "TZ": "UTC"}
NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


def put(name: str, cwd: Path | str, *records: Record, created: str = "2026-11-20T10:00:00Z") -> None:
    store = Store(Path(os.environ["DROIDLITE_HOME"]) / "state" / "sessions")
    with Journal.create(store.folder(name), Header(session_id=name, cwd=str(cwd), created=created)) as journal:
        journal.extend(records)


def spent(model: str, usd: float, *, day: int = 20, unpriced: bool = False, usage: Usage | None = NONE) -> Spent:
    at = NOW.replace(day=day).timestamp()
    return Spent(reservation=1, model=model, usage=usage, usd=usd, at=at, unpriced=unpriced)


def decided(strategy: str, model: str = "cheap", *, scripted: bool = False) -> Decided:
    return Decided(decision=RoutingDecision(model=model, endpoint="house", strategy=strategy), scripted=scripted)


PROMPT = Said(user=User("fix it"))
MIXED = Usage(input=200_000, cache_read=1_000_000, output=100_000)
"""On cheap $0.50, on dear $14."""
