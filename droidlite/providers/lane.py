"""One connection to one endpoint through a vendor's SDK, which any thread can cut at any moment."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import structs

from droidlite.providers.environment import open_client, proxy_setting, trusted
from droidlite.providers.faults import BadStatus
from droidlite.providers.reaching import Reached

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 10.0
LARGEST_BODY = 1_000_000
"""Bytes of an answer that is no stream of events which are looked at; a bomb may unpack to any size."""
Heard = Callable[[Mapping[str, str]], None]
"""Is given the headers of every answer, names in lower case."""
KEEPALIVE_SECONDS = 60.0


class Lane:
    """An SDK client over an HTTP client of its own, for one request at a time. `build(http)` makes the SDK client."""

    def __init__(
        self, base_url: str, build: "Callable[[httpx2.Client], Any]", *, read_seconds: float, heard: Heard
    ) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._cut = False
        self._heard = heard
        self._target = ("", "", 0)
        self.reached = Reached()
        """How far the newest request came."""
        self._http = self._open(base_url, read_seconds)
        self.client = build(self._http)

    def cut(self) -> None:
        """Ends every transfer of this lane at once, from any thread; the thread that reads wakes up with an error."""
        with self._lock:
            self._cut = True
            sockets, self._sockets = self._sockets, []
        for connected in sockets:
            _shut(connected)

    @property
    def usable(self) -> bool:
        return not self._cut

    def close(self) -> None:
        """Frees the connection. Only while no thread is using the lane."""
        self._http.close()

    def _open(self, base_url: str, read_seconds: float) -> "httpx2.Client":
        import httpx2

        plain = base_url.startswith("http://")
        return open_client(
            base_url,
            # A plain connection gets a context that trusts nobody: loading the system's certificates takes 100 ms.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else trusted(),
            timeout=httpx2.Timeout(read_seconds, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(keepalive_expiry=KEEPALIVE_SECONDS),
            follow_redirects=False,
            event_hooks={"request": [self._watch], "response": [self._check]},
        )

    def begin(self) -> None:
        """A request is about to be put together."""
        self.reached = structs.replace(self.reached, made=False)

    def _watch(self, request: "httpx2.Request") -> None:
        url, self.reached = request.url, structs.replace(self.reached, made=True)
        self._target = (url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80))
        request.extensions["trace"] = self._trace

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        if name.endswith("connect_tcp.started"):
            self.reached = self._going_to(info["host"], info["port"])
        elif name.endswith(("connect_tcp.complete", "start_tls.complete")):
            if self._is_whole(name):
                self.reached = structs.replace(self.reached, whole=True)
            self._hold(info["return_value"].get_extra_info("socket"))

    def _is_whole(self, name: str) -> bool:
        """Whether that was the last step to the endpoint itself: after CONNECT its own TLS, not that of the proxy."""
        if self._target[0] == "http":
            return True
        return name.endswith("start_tls.complete") and not (self.reached.proxy and name.startswith("connection."))

    def _hold(self, connected: socket.socket) -> None:
        """Keeps what `cut` cuts."""
        with self._lock:
            if not self._cut:
                self._sockets = [known for known in self._sockets if known.fileno() >= 0]
                self._sockets.append(connected)
                return
        _shut(connected)

    def _going_to(self, host: str, port: int) -> Reached:
        scheme, *target = self._target
        if [host, port] == target:
            return Reached(whole=False)
        return Reached(f"{host}:{port}", proxy_setting(scheme), whole=False)

    def _check(self, response: "httpx2.Response") -> None:
        """Stops an unsuccessful answer before the SDK words it its own way (which would import thousands of types)."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        self._heard(headers)
        if not response.is_success:
            raise BadStatus(response.status_code, headers, read_body(response))


def read_body(response: "httpx2.Response") -> bytes:
    """The body, as far as it is worth looking at."""
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > LARGEST_BODY:
            return body[:LARGEST_BODY]
    return body


def _shut(connected: socket.socket) -> None:
    # The plain socket's shutdown, for TLS too: it wakes a blocked reader and touches no state of the TLS object.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
