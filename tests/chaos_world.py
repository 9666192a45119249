"""The services of scripts/chaos: one loopback server for each endpoint of the mix, which counts every attempt, keeps
books in USD, and answers each session by what its conversation says was done so far, so that it keeps nothing."""

import json
import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NamedTuple

from chaos_mix import UNBILLED, Mix, Place, Weather, failing, settings_text
from loopback import Asked, Loopback, Said
from vendor_rules import reject

TASK = re.compile(r"Task (\w+) of (\d+) steps")
PROMPT = "Task {tag} of {turns} steps: do what you are asked to, one step after the other."
GO_ON = "Go on with it."
FINAL = ("none", {"type": "none"})
OUTPUT = 40
"""Tokens of a reply, as the services count; every LONG-th takes all that the request allows."""
LONG = 4


class Attempt(NamedTuple):
    """One request as a server saw it. `step` is how many calls its conversation holds; `fault` what it met with, "" for
    a whole reply; `final`: it forbids calls (a closing summary); `resumed`: how often the session had been told to go
    on; `at` is time.monotonic()."""

    endpoint: str
    model: str
    at: float
    tag: str
    step: int
    resumed: int
    fault: str
    degraded: bool
    final: bool
    usd: float


Choose = Callable[[Place, str, int], str]
"""(endpoint, tag, step) -> the fault to meet with, "" for none; called under the world's lock, once an attempt."""


class World:
    """All endpoints; a context manager. `attempts` are in the order of arrival, `rejected` the sentences of every HTTP
    400. `settings` is the config.toml that leads here. `weather` is the share of endpoints degraded, over all attempts
    so far."""

    def __init__(self, mix: Mix, *, seed: int = 1, choose: Choose | None = None) -> None:
        self.mix, self.attempts, self.rejected = mix, list[Attempt](), list[str]()
        self._chance = random.Random(f"{seed}/faults")
        self._skies = {
            place.name: Weather(place.episodes or mix.episodes, f"{seed}/{place.name}") for place in mix.endpoints
        }
        self._choose, self._lock, self._began, self._clouds = choose, threading.Lock(), time.monotonic(), 0.0
        self._open = ExitStack()
        self.servers = {place.name: self._open.enter_context(self._server(place)) for place in mix.endpoints}

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    @property
    def settings(self) -> str:
        protocols = {place.name: place.protocol for place in self.mix.endpoints}
        return settings_text(self.mix, {name: one.url(protocols[name]) for name, one in self.servers.items()})

    @property
    def weather(self) -> float:
        return self._clouds / max(len(self.attempts) * len(self._skies), 1)

    def books(self) -> dict[str, float]:
        """USD the services ask for, by the tag of the session."""
        books: dict[str, float] = defaultdict(float)
        for attempt in self.attempts:
            books[attempt.tag] += attempt.usd
        return books

    def _server(self, place: Place) -> Loopback:
        def check(dialect: str, body: Any) -> str:
            wrong = reject(dialect, body)
            if wrong:
                self.rejected.append(f"{place.name}: {wrong}")
            return wrong

        return Loopback(lambda body, number: self._answer(place, body), check=check)

    def _answer(self, place: Place, body: Any) -> Said:
        text = json.dumps(body)
        found = TASK.search(text)
        tag, turns = (found[1], int(found[2])) if found else ("", 0)
        step = len(set(re.findall(rf"echo {tag}-(\d+) >>", text)))
        final = body.get("tool_choice") in FINAL
        usage = {"input": len(text) // 4, "output": OUTPUT if step % LONG else _most(body)}
        good = Said(usage=usage, **_words(tag, step, over=final or step >= turns))
        with self._lock:
            fault, degraded = self._meet(place, tag, step, final=final)
            usd = 0.0 if fault in UNBILLED else self._cost(place.model, usage)
            at = time.monotonic()
            resumed = text.count(GO_ON)
            attempt = Attempt(place.name, place.model, at, tag, step, resumed, fault, degraded, final, usd)
            self.attempts.append(attempt)
        return failing(fault, good, self.mix) if fault else good

    def _meet(self, place: Place, tag: str, step: int, *, final: bool) -> tuple[str, bool]:
        now = len(self.attempts) if self.mix.episodes.unit == "requests" else time.monotonic() - self._began
        skies = {name: sky.degraded(now) for name, sky in self._skies.items()}
        self._clouds += sum(skies.values())
        degraded = skies[place.name]
        if self._choose is not None:
            return ("" if final else self._choose(place, tag, step)), degraded
        episodes = place.episodes or self.mix.episodes
        if self._chance.random() < (episodes.success if degraded else episodes.otherwise):
            return "", degraded
        weights = place.faults or self.mix.faults
        return self._chance.choices(list(weights), list(weights.values()))[0], degraded

    def _cost(self, model: str, usage: dict[str, int]) -> float:
        price = self.mix.price(model)
        return (usage["input"] * price.input + usage["output"] * price.output) / 1e6


def _most(body: Any) -> int:
    """Tokens the request allows."""
    return int(body.get("max_tokens") or body.get("max_output_tokens") or body["max_completion_tokens"])


def _words(tag: str, step: int, *, over: bool) -> dict[str, Any]:
    """The reply to a conversation that holds so many calls: the next command, every other time with a read beside."""
    if over:
        return {"text": "Done: every step was taken."}
    calls = [Asked("shell", {"command": f"echo {tag}-{step} >> {tag}.effects"})]
    calls += [Asked("read", {"file_path": "notes.txt"})] * (step % 2)
    return {"text": "" if step % 3 == 1 else f"Step {step}.", "calls": tuple(calls)}
