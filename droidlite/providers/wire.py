"""What the providers that reach a service through an SDK share: one channel, one request a call, one way to close."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from droidlite.cancellation import Cancellation
from droidlite.providers.channel import Channel, Reply
from droidlite.providers.faults import Faults
from droidlite.providers.lane import Heard
from droidlite.types import Assistant, Delta, ModelSpec, Request


class WireProvider(ABC):
    """A protocol says where it posts (`path`), what (`body`), and how the answer is read (`reply`)."""

    path: ClassVar[str]

    def __init__(self, channel: Channel) -> None:
        self.endpoint, self._channel = channel.endpoint, channel

    def listen(self, heard: Heard) -> None:
        """`heard` is given the headers of each answer from here on, in the thread that reads it."""
        self._channel.heard = heard

    @abstractmethod
    def body(self, spec: ModelSpec, request: Request) -> dict[str, Any]: ...

    @abstractmethod
    def reply(self, spec: ModelSpec, request: Request, faults: Faults) -> Reply: ...

    def stream(self, spec: ModelSpec, request: Request, cancellation: Cancellation) -> Iterator[Delta | Assistant]:
        """See types.Provider."""
        faults = Faults(self.endpoint, spec.id)
        reply = self.reply(spec, request, faults)
        return self._channel.stream(self.path, self.body(spec, request), reply, faults, cancellation)

    def close(self) -> None:
        """Closes the idle connections; the provider can still be used."""
        self._channel.close()
