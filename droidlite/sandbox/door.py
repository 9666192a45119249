"""A way out of the sandbox's network: a proxy outside that lets commands reach the hosts that are allowed, no other."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from droidlite.patterns import is_address, is_near

_HEAD = 65_536  # bytes a request may have before its body
_SECONDS = 30.0
_CHUNK = 65_536

_OWN = ("localhost", "127.0.0.1", "::1")
"""By which a command reaches the servers it starts itself, in its own network."""


class Upstream(Struct, frozen=True):
    """The proxy that the person's own programs go through; `authorisation` is the value of its header ("" = none)."""

    host: str
    port: int
    authorisation: str = ""


class Door:
    """Lets out connections to hosts that `allows(host, port)`; `told(call_id, host, port, refused)` hears of each.
    `upstream(host)` is the proxy on the way to a host, None where there is none. `named`: hosts that are allowed by
    their own names, in lower case; `past`: names of the command's own machine that it need not ask this door about."""

    def __init__(
        self,
        allows: Callable[[str, int], bool],
        told: Callable[[str, str, int, bool], None] = lambda call_id, host, port, refused: None,
        upstream: Callable[[str], Upstream | None] = lambda host: None,
        *,
        named: Collection[str] = (),
    ) -> None:
        self.past = tuple(name for name in _OWN if name not in named)
        self._allows, self._told, self._upstream = allows, told, upstream
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def begin(self, call_id: str) -> tuple[int, Callable[[], None]]:
        """For one command: the descriptor it announces its socket over, which is the caller's to close, and what ends
        its way out."""
        ours, theirs = socket.socketpair()
        over, end = socket.socketpair()
        self._keep(end)
        threading.Thread(target=self._serve, args=(ours, over, call_id), name="droidlite-door", daemon=True).start()
        return theirs.detach(), lambda: self._drop(end)

    def close(self) -> None:
        """Ends every way out."""
        for each in tuple(self._open):
            self._drop(each)

    def _serve(self, way: socket.socket, over: socket.socket, call_id: str) -> None:
        """Answers what the command connects to, from when it has announced its socket until `over` says so."""
        with way, over, contextlib.suppress(OSError):
            files: list[int] = []
            if way in select.select([way, over], [], [])[0]:
                _, files, _, _ = socket.recv_fds(way, 1, 1)
            if not files:
                return
            with socket.socket(fileno=files[0]) as listening:
                while over not in select.select([listening, over], [], [])[0]:
                    accepted = listening.accept()[0]
                    threading.Thread(target=self._answer, args=(accepted, call_id), daemon=True).start()

    def _answer(self, connection: socket.socket, call_id: str) -> None:
        self._keep(connection)
        try:
            connection.settimeout(_SECONDS)
            asked = _read(connection)
            refused = not self._allows(asked.host, asked.port)
            self._told(call_id, asked.host, asked.port, refused)
            if refused:
                raise _Refusal(403, f"{asked.host}:{asked.port} is not allowed: {self._why_not(asked.host)}")
            with self._reach(asked) as far:
                self._keep(far)
                _pass_on(connection, far, both=asked.tunnel)
                self._drop(far)
        except _Refusal as refusal:
            _say(connection, refusal.status, str(refusal))
        except (OSError, ValueError) as error:  # ValueError: a name that is none
            told = getattr(error, "strerror", "") or str(error)
            _say(connection, 502, f"it cannot be reached: {told}")
        finally:
            self._drop(connection)

    def _why_not(self, host: str) -> str:
        own = f"; a server of the command's own is reached as {self.past[0]}" if host in _OWN and self.past else ""
        return f"it is not among sandbox.hosts{own}"

    def _reach(self, asked: "_Asked") -> socket.socket:
        """A connection on which the request has been made; for CONNECT, one that its bytes can be passed on over."""
        upstream = self._upstream(asked.host)
        if upstream is None:
            far = _connect(_addresses(asked.host), asked.port)
        else:
            far = _connect((upstream.host,), upstream.port)
        try:
            if upstream is not None:
                far.sendall(asked.proxy_form(upstream.authorisation))
            elif not asked.tunnel:
                far.sendall(asked.origin_form())
            if not asked.tunnel:
                _send_body(asked, far)
                return far
            if upstream is not None:
                _require_tunnel(far)
            asked.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            far.sendall(asked.rest)
        except BaseException:
            far.close()
            raise
        return far

    def _keep(self, each: socket.socket) -> None:
        with self._lock:
            self._open.add(each)

    def _drop(self, each: socket.socket) -> None:
        with self._lock:
            self._open.discard(each)
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


class _Refusal(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class _Asked(NamedTuple):
    """A request to the proxy: CONNECT, or one for a whole address. `rest` came after its head."""

    connection: socket.socket
    method: str
    host: str
    port: int
    target: str
    headers: tuple[str, ...]
    rest: bytes

    @property
    def tunnel(self) -> bool:
        return self.method == "CONNECT"

    def origin_form(self) -> bytes:
        """As the host itself is asked (RFC 9112, 3.2.1), under the name that was allowed and no other."""
        return self._written(self._path(), f"Host: {_netloc(self.host, self.port)}")

    def _path(self) -> str:
        parts = urlsplit(self.target)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def proxy_form(self, authorisation: str) -> bytes:
        more = (f"Proxy-Authorization: {authorisation}",) if authorisation else ()
        place = _netloc(self.host, self.port)  # written anew: what was asked may be read otherwise by others
        return self._written(place if self.tunnel else f"http://{place}{self._path()}", f"Host: {place}", *more)

    def _written(self, target: str, *more: str) -> bytes:
        lines = (f"{self.method} {target} HTTP/1.1", *more, *self.headers)
        closing = () if self.tunnel else ("Connection: close",)
        return "\r\n".join((*lines, *closing, "", "")).encode("latin-1")


def _read(connection: socket.socket) -> _Asked:
    """The head of a request. Raises _Refusal for what is none that a proxy is asked."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(_CHUNK)
        if not more or len(data) > _HEAD:
            raise _Refusal(400, "this is no request to a proxy")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *headers = head.decode("latin-1").split("\r\n")
    if "\n" in head.replace(b"\r\n", b"").decode("latin-1") or b"\r" in head.replace(b"\r\n", b""):
        raise _Refusal(400, "its lines do not end as they must")
    method, _, target = first.removesuffix(" HTTP/1.1").removesuffix(" HTTP/1.0").partition(" ")
    tunnel = method == "CONNECT"
    try:
        parts = urlsplit(f"//{target}" if tunnel else target)
    except ValueError as error:
        raise _Refusal(400, "this is no address") from error
    host, port = _endpoint(parts, 443 if tunnel else 80)
    if "@" in parts.netloc or "\\" in target or not method.isalpha():
        raise _Refusal(400, "its address has a name or a sign in it that none needs")
    if not host or not (tunnel or parts.scheme == "http") or any(letter in first for letter in "\r\n\0"):
        raise _Refusal(400, "this is no request to a proxy")
    own = ("host:", "proxy-", "connection:")
    kept = tuple(line for line in headers if not line.lower().startswith(own))
    return _Asked(connection, method, host, port, target, kept, rest)


def _endpoint(parts: SplitResult, otherwise: int) -> tuple[str, int]:
    try:
        return (parts.hostname or "").rstrip("."), parts.port or otherwise
    except ValueError as error:
        raise _Refusal(400, "its port is no number") from error


def _connect(addresses: Sequence[str], port: int) -> socket.socket:
    """To the first that answers: localhost has two, and a service may listen on one. Raises OSError."""
    *others, last = addresses
    for address in others:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, port), _SECONDS)
    return socket.create_connection((last, port), _SECONDS)


def _addresses(host: str) -> tuple[str, ...]:
    """The addresses of `host`: those of this machine or its link only where that was named as such. A name that
    somebody else gives addresses must not lead to what only this machine may reach."""
    named = host == "localhost" or is_address(host)
    found = [row[4][0] for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    usable = tuple(str(each) for each in found if named or not is_near(str(each)))
    if not usable:
        raise _Refusal(403, f"{host} leads to an address of this machine")
    return usable


def _send_body(asked: _Asked, far: socket.socket) -> None:
    """What belongs to a request that is no tunnel, and nothing after it: that would be another request, to whoever it
    names."""
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in asked.headers)}
    if "transfer-encoding" in fields:
        raise _Refusal(411, "a request without a length is not passed on; use https")
    left, data = int(fields.get("content-length", "0") or 0), asked.rest
    while left > 0:
        data = data or asked.connection.recv(_CHUNK)
        if not data:
            return
        far.sendall(data[:left])
        left, data = left - len(data), b""


def _require_tunnel(far: socket.socket) -> None:
    """Reads what the person's own proxy answers. Raises _Refusal unless it has made the connection."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = far.recv(1)  # not a byte of what comes after
        if not more or len(head) > _HEAD:
            raise _Refusal(502, "the proxy on the way gives no answer")
        head += more
    status = head.split(b" ", 2)[1:2]
    if not status or not status[0].startswith(b"2"):
        raise _Refusal(502, f"the proxy on the way says {status[0].decode('latin-1') if status else 'nothing'}")


def _pass_on(near: socket.socket, far: socket.socket, *, both: bool) -> None:
    """Bytes both ways, or back alone, until one side has ended and the other has nothing more."""
    near.settimeout(None)
    far.settimeout(None)
    open_ones = {near: far, far: near} if both else {far: near}
    while open_ones:
        ready, _, _ = select.select([*open_ones], [], [])
        for source in ready:
            to = open_ones[source]
            if data := source.recv(_CHUNK):
                to.sendall(data)
                continue
            del open_ones[source]
            with contextlib.suppress(OSError):
                to.shutdown(socket.SHUT_WR)
            if source is far:
                return


def _say(connection: socket.socket, status: int, why: str) -> None:
    text = f"droidlite: {why}.\n".encode()
    head = f"HTTP/1.1 {status} Refused\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
    with contextlib.suppress(OSError):
        connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + text)


def _netloc(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
