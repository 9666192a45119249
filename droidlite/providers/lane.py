"""One connection to one endpoint through a vendor's SDK, which any thread can cut at any moment."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from droidlite.providers.faults import BadStatus

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
        return httpx2.Client(
            # A plain connection gets a context that trusts nobody: loading the system's certificates takes 100 ms.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else trusted(),
            timeout=httpx2.Timeout(read_seconds, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(keepalive_expiry=KEEPALIVE_SECONDS),
            follow_redirects=False,
            trust_env=not is_loopback(base_url),
            event_hooks={"request": [self._watch], "response": [self._check]},
        )

    def _watch(self, request: "httpx2.Request") -> None:
        request.extensions["trace"] = self._trace

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        if not name.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        connected = info["return_value"].get_extra_info("socket")
        with self._lock:
            if not self._cut:
                self._sockets = [known for known in self._sockets if known.fileno() >= 0]
                self._sockets.append(connected)
                return
        _shut(connected)

    def _check(self, response: "httpx2.Response") -> None:
        """Stops an unsuccessful answer before the SDK words it its own way (which would import thousands of types)."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        self._heard(headers)
        if not response.is_success:
            raise BadStatus(response.status_code, headers, read_body(response))


@cache
def trusted() -> ssl.SSLContext:
    """The certificates this system trusts (or those of SSL_CERT_FILE), loaded once."""
    import httpx2

    return httpx2.create_ssl_context()


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


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
