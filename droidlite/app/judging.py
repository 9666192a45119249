"""The optional judge: a cheap model that names the kind of a task where the local signs leave it open."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import get_args

import msgspec
from msgspec import Struct

from droidlite.agent.attempts import Route
from droidlite.agent.budget import Budget
from droidlite.agent.prompt import read_prompt
from droidlite.app.aside import ask_aside, unseen
from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError
from droidlite.routing.features import Features
from droidlite.session.keeping import keep
from droidlite.types import Request, TaskKind, User

SECONDS = 2.0
"""How long the judge may take, connection included and the loading of its library not; later answers are not waited
for."""
BAND = 0.7
"""The judge is asked where a kind is recognised less surely than this; from there on the local signs told 90 of 92
held-out prompts right (scripts/kinds)."""
CHARACTERS = 4_000
"""Of the prompt are shown to it."""
OUTPUT_TOKENS = 16
FAILURES, REST_SECONDS = 3, 600.0
"""After so many failures in a row it is left alone for so long."""


class Breaker(Struct):
    """What is kept between sessions of a judge that fails: how often in a row, and when it last did (seconds since
    1970)."""

    failures: int = 0
    last: float = 0.0

    def is_open(self, now: float) -> bool:
        return self.failures >= FAILURES and 0 <= now - self.last < REST_SECONDS  # the clock may have been set back


class Judge:
    """Asks the model of the route that `ready` gives, once a session. Its cost is on the `budget`, like any other
    call's."""

    def __init__(self, ready: Callable[[], Route], budget: Budget, kept: Path, *, seconds: float = SECONDS) -> None:
        self._ready, self._budget, self._kept, self._seconds = ready, budget, kept, seconds

    def judged(self, features: Features, guidance: Sequence[str]) -> Features:
        """The features with the kind the judge names. Where it fails, nothing is known: uncertain means strong."""
        if features.confidence >= BAND or not features.prompt.strip():
            return features
        breaker = self._read()
        if breaker.is_open(time.time()):
            return _unknown(features, "the judge has failed lately and is left alone")
        kind = self._ask(features, guidance)
        now = Breaker() if kind else Breaker(failures=breaker.failures + 1, last=time.time())
        keep(self._kept, msgspec.json.encode(now))
        if not kind:
            return _unknown(features, "the judge gave no answer in time")
        return msgspec.structs.replace(features, kind=kind, confidence=BAND, why=("the judge says so",))

    def _ask(self, features: Features, guidance: Sequence[str]) -> str:
        """The kind it names, "" where it does not within the time."""
        said: list[str] = []
        cancellation = Cancellation()
        try:
            route = self._ready()
        except DroidliteError:
            return ""

        def call() -> None:
            with suppress(DroidliteError):
                asked = ask_aside(route, self._budget, _request(features, guidance), cancellation)
                said.append(_kind_in(unseen(asked).text))

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(self._seconds)
        cancellation.cancel()
        return said[0] if said else ""

    def _read(self) -> Breaker:
        try:
            return msgspec.json.decode(self._kept.read_bytes(), type=Breaker)
        except (OSError, msgspec.DecodeError):
            return Breaker()


def _request(features: Features, guidance: Sequence[str]) -> Request:
    told = [f"Guidance: {text}" for text in guidance]
    return Request(
        system=read_prompt("judge"),
        tools=(),
        messages=(User("\n\n".join([*told, f"Task:\n{features.prompt[:CHARACTERS]}"])),),
        max_output=OUTPUT_TOKENS,
    )


def _kind_in(text: str) -> str:
    """The one kind an answer names; "" where it is not one word of the list."""
    word = text.strip().strip(".`\"'").lower()
    return word if word in get_args(TaskKind) and word != "other" else ""


def _unknown(features: Features, why: str) -> Features:
    return msgspec.structs.replace(features, kind="other", confidence=0.0, why=(why,))
