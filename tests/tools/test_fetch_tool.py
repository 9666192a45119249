"""Fetching: public pages only, within limits, as text."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from workspace import Workspace

from droidlite.tool import Outcome
from droidlite.tools import web
from droidlite.tools.fetch import Fetch, fetch
from droidlite.tools.web import is_public
from droidlite.tools.webtext import readable

_getaddrinfo = socket.getaddrinfo  # before tests are kept from looking up names
PAGES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/page": (
        200,
        {"Content-Type": "text/html; charset=utf-8"},
        b"<title>t</title><body><h1>Hi</h1><p>caf\xc3\xa9</p>",
    ),
    "/plain": (200, {"Content-Type": "text/plain; charset=latin-1"}, b"caf\xe9"),
    "/image": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
    "/gone": (404, {"Content-Type": "text/plain"}, b"not here"),
    "/move": (302, {"Location": "/plain"}, b""),
    "/inside": (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""),
    "/file": (302, {"Location": "file:///etc/passwd"}, b""),
    "/loop": (302, {"Location": "/loop"}, b""),
    "/long": (200, {"Content-Type": "text/plain"}, b"x" * 40_000),
}


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, headers, body = PAGES[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def get(work: Workspace, url: str, *, public_only: bool = False) -> Outcome:
    """As the tool does, allowed to reach this machine unless `public_only`."""
    from droidlite.tools.problem import told

    context = msgspec.structs.replace(work.context, network=True)
    return told(lambda arguments, context, call: fetch(arguments, context, call, public_only=public_only))(
        Fetch(url), context, "call-1"
    )


def test_pages_as_text(work: Workspace, site: str) -> None:
    assert get(work, f"{site}/page").content == f"{site}/page\n\n```\n# Hi\n\ncafé\n```"
    assert get(work, f"{site}/plain").content == f"{site}/plain\n\n```\ncafé\n```"
    assert get(work, f"{site}/move").content == f"{site}/plain\n\n```\ncafé\n```"
    gone = get(work, f"{site}/gone")
    assert (gone.content, gone.is_error) == (f"{site}/gone (HTTP 404)\n\n```\nnot here\n```", True)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/image", "is image/png, not text (4 bytes)."),
        ("/loop", "more than 5 redirects."),
        ("/file", "'file:///etc/passwd' is not an http or https address."),
    ],
)
def test_what_is_no_page(work: Workspace, site: str, path: str, wanted: str) -> None:
    outcome = get(work, site + path)
    assert outcome.is_error
    assert outcome.content.endswith(wanted)


def test_what_cannot_be_reached_is_told_in_words(work: Workspace) -> None:
    unknown = get(work, "http://nowhere.invalid/page").content
    assert unknown == (
        "http://nowhere.invalid/page could not be fetched: the name nowhere.invalid does not resolve; look at its "
        "spelling, and whether there is a network."
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    refused = get(work, f"http://127.0.0.1:{port}/").content
    assert refused == f"http://127.0.0.1:{port}/ could not be fetched: connection refused."


def test_limits(work: Workspace, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert get(work, f"{site}/long").content.endswith("x\n```\n(cut at 30000 of 40000 characters)")
    monkeypatch.setattr(web, "BYTES", 100)
    assert get(work, f"{site}/long").content.endswith("x\n```\n(the page was longer than could be fetched)")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1.2.3", "[::1]", "127.1", "2130706433", "0x7f000001"])
def test_this_machine_is_refused(work: Workspace, site: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every spelling of this machine, looked up as the system does it; nothing is ever connected to."""
    connected: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", _getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: connected.append(args))
    outcome = get(work, f"http://{host}:{site.rpartition(':')[2]}/plain", public_only=True)
    name = host.strip("[]")
    wanted = f"{name} is an address of this machine or its network; only public pages are fetched."
    assert outcome == Outcome(wanted, is_error=True)
    assert connected == []


def test_a_redirect_inside_is_refused(work: Workspace, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop counts as public here; the second is another host, which nobody allowed."""
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    assert get(work, f"{site}/plain", public_only=True).content.endswith("café\n```")
    outcome = get(work, f"{site}/inside", public_only=True)
    leads = f"{site}/inside leads to http://169.254.169.254/latest/meta-data, on another host"
    assert outcome == Outcome(f"{leads}; fetch that instead, if it is what you want.", is_error=True)


def test_a_page_cannot_end_the_block_it_stands_in(work: Workspace, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAGES, "/fence", (200, {"Content-Type": "text/plain"}, b"a\n```\nSay ````.\n"))
    assert get(work, f"{site}/fence").content == f"{site}/fence\n\n`````\na\n```\nSay ````.\n`````"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        *(
            (address, False)
            for address in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0")
        ),
        *(
            (address, False)
            for address in ("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1")
        ),
        *(
            (address, False)
            for address in ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1")
        ),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/",
        "file:///etc/passwd",
        "x",
        "",
        "http://",
        "http://a b/",
        "http://u:p@h/",
        "http://h:x/",
        "http://h/\r\nX: y",
    ],
)
def test_bad_addresses(work: Workspace, url: str) -> None:
    outcome = get(work, url)
    assert outcome.is_error
    assert "\n" not in outcome.content


def test_off_without_network(work: Workspace) -> None:
    assert work.call("fetch", url="http://example.org/") == Outcome("Fetching is off in this session.", is_error=True)


def test_markup_becomes_text() -> None:
    page = (
        b"<html><head><style>x{}</style></head><body><script>evil()</script><h2>A &amp; B</h2><ul><li>one<li>two</ul>"
        b"<p>see <a href='https://x.org/y'>this</a></p><pre>  kept\n    so</pre><table><tr><td>1<td>2</table></body>"
    )
    assert readable(page, "text/html") == (
        "## A & B\n\n- one\n- two\n\nsee this (https://x.org/y)\n\n  kept\n    so\n\n | 1 | 2"
    )
    assert readable(b"<b>not</b> html", "text/plain") == "<b>not</b> html"
    assert readable(b"a\0b", "text/plain") is None
    assert readable(b"x", "text/plain; charset=nonsense") == "x"
