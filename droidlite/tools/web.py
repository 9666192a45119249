"""Gets a web page within size and time limits, and never from this machine or its own network.

The host name is resolved once, every address is judged, and the connection goes to an address that was judged: a name
that answers differently the second time changes nothing. Each redirect is judged again.
"""

import ipaddress
import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from msgspec import Struct

from droidlite.cancellation import Cancellation
from droidlite.tools.problem import Problem

SECONDS = 30
BYTES = 2 * 1024 * 1024
_REDIRECTS = 5
_EMBEDDING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""IPv6 ranges that carry an IPv4 address and so could lead back inside: NAT64, 6to4, Teredo."""


class Page(Struct, frozen=True):
    """An answer: the last url of a chain of redirects, and its body, `cut` at BYTES."""

    url: str
    status: int
    content_type: str
    body: bytes
    cut: bool


def get(
    url: str,
    cancellation: Cancellation,
    *,
    public_only: bool = True,
    reached: Callable[[str, int, bool], None] = lambda host, port, refused: None,
) -> Page:
    """The page at an http(s) `url`. `reached` is told host and port of each connection before it is made, and whether
    it is refused. Raises Problem for whatever stands in the way, also where it is another host's: that one was not
    allowed."""
    deadline = time.monotonic() + SECONDS
    for _ in range(_REDIRECTS + 1):
        parts = _split(url)
        try:
            link = _connect(parts, deadline, public_only=public_only, reached=reached)
            answer = _get_once(parts, link, cancellation, deadline)
        except (OSError, HTTPException, ValueError) as error:
            if cancellation.cancelled:
                raise Problem("Interrupted.") from error
            raise Problem(f"{url} could not be fetched: {_reason(error, parts.hostname or '')}.") from error
        if isinstance(answer, Page):
            return answer
        target = urljoin(url, answer)
        if _host(target) != _host(url):
            raise Problem(f"{url} leads to {target}, on another host; fetch that instead, if it is what you want.")
        url = target
    raise Problem(f"{url}: more than {_REDIRECTS} redirects.")


def _reason(error: Exception, host: str) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {SECONDS} s"
    if isinstance(error, socket.gaierror):
        return f"the name {host} does not resolve; look at its spelling, and whether there is a network"
    if type(error).__module__ == "builtins" and isinstance(error, OSError) and error.strerror:  # without its number
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error) or repr(error)


def _host(url: str) -> str:
    return (_split(url).hostname or "").removeprefix("www.")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Problem(f"{url!r} is not a web address: {error}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise Problem(f"{url!r} is not an http or https address.")
    if parts.username is not None or any(ord(letter) <= 0x20 or ord(letter) > 0x7E for letter in url):
        raise Problem(f"{url!r} holds a user name, spaces or unusual characters; percent-encode or drop them.")
    return parts


def _get_once(parts: SplitResult, link: socket.socket, cancellation: Cancellation, deadline: float) -> Page | str:
    """The page, or where a redirect leads."""
    forget = cancellation.on_cancel(lambda: _shut(link))
    connection = HTTPConnection(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    connection.sock = link
    try:
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        headers = {"User-Agent": "droidlite", "Accept": "text/html, text/*;q=0.9, */*;q=0.5"}
        connection.request("GET", target, headers={**headers, "Accept-Encoding": "identity", "Connection": "close"})
        with connection.getresponse() as response:
            return _answer(parts, response, link, cancellation, deadline)
    finally:
        forget()
        connection.close()
        link.close()


def _answer(
    parts: SplitResult, response: HTTPResponse, link: socket.socket, cancellation: Cancellation, deadline: float
) -> Page | str:
    location = response.headers.get("Location")
    if response.status in (301, 302, 303, 307, 308) and location:
        return location
    body = bytearray()
    while len(body) <= BYTES and (piece := response.read1(65_536)):
        body += piece
        if cancellation.cancelled:
            raise Problem("Interrupted.")
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if link.fileno() >= 0:
            link.settimeout(left)
    kind = response.headers.get("Content-Type", "")
    return Page(urlunsplit(parts), response.status, kind, bytes(body[:BYTES]), len(body) > BYTES)


def _connect(
    parts: SplitResult, deadline: float, *, public_only: bool, reached: Callable[[str, int, bool], None]
) -> socket.socket:
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    refused = public_only and not all(is_public(address) for address in addresses)
    reached(host, port, refused)
    if refused:
        raise Problem(f"{host} is an address of this machine or its network; only public pages are fetched.")
    trouble: OSError = OSError("the name has no address")
    for address in addresses[:4]:
        try:
            link = socket.create_connection((address, port), timeout=max(deadline - time.monotonic(), 0.1))
        except OSError as error:
            trouble = error
            continue
        return _encrypted(link, host) if parts.scheme == "https" else link
    raise trouble


def _encrypted(link: socket.socket, host: str) -> socket.socket:
    import ssl

    try:
        return ssl.create_default_context().wrap_socket(link, server_hostname=host)
    except BaseException:
        link.close()
        raise


def is_public(address: str) -> bool:
    """Whether an IP address is reachable by anyone, so not of this machine, its network or a special use."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in network for network in _EMBEDDING):
            return False
    return ip.is_global and not ip.is_multicast


def _shut(link: socket.socket) -> None:
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
