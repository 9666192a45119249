"""A provider whose every call is noted in the health of its way, whoever makes it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext

from msgspec import structs

from droidlite.cancellation import Cancellation
from droidlite.errors import ProviderError
from droidlite.reliability.allowance import read_allowance
from droidlite.reliability.health import Health
from droidlite.types import Assistant, Delta, ModelSpec, Provider, Request


class Watched:
    """Speaks through `provider`, where a model may have another of the `names`. Calls of several threads share the
    `health`, so it is only touched under `lock`; `settled` is called when a call has ended."""

    def __init__(
        self,
        provider: Provider,
        health: Health,
        *,
        names: Mapping[str, str] | None = None,
        lock: AbstractContextManager[object] | None = None,
        settled: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._provider, self._health, self._settled, self._clock = provider, health, settled, clock
        self._names = names or {}
        self._lock: AbstractContextManager[object] = lock or nullcontext()
        if (listen := getattr(provider, "listen", None)) is not None:
            listen(self._heard)

    def stream(self, spec: ModelSpec, request: Request, cancellation: Cancellation) -> Iterator[Delta | Assistant]:
        """See types.Provider."""
        with self._lock:
            probe = self._health.start()
        called = structs.replace(spec, name=self._names.get(spec.id, spec.name))
        inner = self._provider.stream(called, request, cancellation)
        started, reply, failed = self._clock(), None, None
        try:
            silent = True
            for item in inner:
                if silent:
                    silent = False
                    with self._lock:
                        self._health.hear(self._clock() - started)
                reply = item if isinstance(item, Assistant) else reply
                yield item
        except ProviderError as error:
            failed = error
            raise
        finally:
            if (close := getattr(inner, "close", None)) is not None:
                close()  # whoever listens may have gone
            with self._lock:
                self._end(spec, reply, failed, probe=probe)
            self._settled()

    def _end(self, spec: ModelSpec, reply: Assistant | None, failed: ProviderError | None, *, probe: bool) -> None:
        if failed is not None:
            self._health.fail(failed, spec.id, probe=probe)
        elif reply is not None:
            self._health.succeed(reply.usage, probe=probe)
        else:
            self._health.drop(probe=probe)

    def _heard(self, headers: Mapping[str, str]) -> None:
        if (allowance := read_allowance(headers)) is not None:
            with self._lock:
                self._health.learn(allowance)
