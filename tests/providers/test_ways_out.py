"""The way to a service leads through proxies and certificates that the environment names; what is wrong with them is
said in one sentence. `api.example.test` is a name that only the proxy (or a test's own resolver) knows."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import authority_file, speaking_tls
from loopback import Loopback, Said
from loopback_proxy import Proxy
from loopback_raw import after_request, server

from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.providers import make
from droidlite.providers.environment import trusted
from droidlite.types import Assistant, Endpoint, ModelSpec, Request, Text, User

HOST = "api.example.test"
SPEC = ModelSpec(id="test/model", provider="test")
REQUEST = Request(system="Be brief.", tools=(), messages=(User("Hi."),), max_output=100)
DIALECTS = ("anthropic", "openai-responses", "openai-chat")
FINE = Said("Fine.")
DEAD = "http://me:secret-pass@127.0.0.1:9"
NEEDS_CA = "if your network or that server has a CA of its own, name the file of the CA's certificate in SSL_CERT_FILE."


@pytest.fixture(autouse=True)
def own_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our authority is the one that is trusted, as in a company with its own."""
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file(tmp_path)))
    trusted.cache_clear()
    yield
    trusted.cache_clear()


@pytest.fixture(scope="module")
def service() -> Iterator[Loopback]:
    with Loopback([FINE], tls=speaking_tls(HOST)) as server:
        yield server


def endpoint(port: int, dialect: str = "anthropic", *, scheme: str = "https", host: str = HOST) -> Endpoint:
    url = f"{scheme}://{host}:{port}" + ("" if dialect == "anthropic" else "/v1")
    return Endpoint(name="corp", protocol=dialect, base_url=url, api_key="test-key-0123456789")  # type: ignore[arg-type]


def answer(asked: Endpoint, *, stall: float = 10.0) -> str:
    provider = make(asked, stall=stall)
    try:
        *_, last = provider.stream(SPEC, REQUEST, Cancellation())
    finally:
        provider.close()  # type: ignore[attr-defined]
    assert isinstance(last, Assistant)
    return last.text


def failure(asked: Endpoint, *, stall: float = 10.0) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        answer(asked, stall=stall)
    return caught.value


def told(error: ProviderError) -> tuple[str, str, str, int, bool]:
    """What is said, what may help, and that nothing is charged."""
    return str(error), error.fault, error.retry, error.exit_code, error.billed


def resolving(monkeypatch: pytest.MonkeyPatch, *, fails: int = 0) -> list[str]:
    """Makes names under example.test this machine, after so many failures; the list grows with each question."""
    resolve, asked = socket.getaddrinfo, list[str]()

    def known(host: Any, *rest: Any, **more: Any) -> Any:
        if not str(host).endswith(".example.test"):
            return resolve(host, *rest, **more)
        asked.append(str(host))
        if len(asked) <= fails:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", known)
    return asked


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_tls_goes_through_the_proxy(
    dialect: str, variable: str, service: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy({HOST: service.port}) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        assert answer(endpoint(service.port, dialect)) == "Fine."
        assert proxy.asked == [f"{HOST}:{service.port}"]
    assert "proxy-authorization" not in service.requests[-1].headers


def test_plain_http_goes_through_its_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback([FINE]) as server, Proxy({HOST: server.port}) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("HTTPS_PROXY", DEAD)
        assert answer(endpoint(server.port, scheme="http")) == "Fine."
        assert proxy.asked == [f"{HOST}:{server.port}"]


def test_a_proxy_gets_the_password_it_wants(service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy({HOST: service.port}, password="p@ss/word") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://me:p%40ss%2Fword@"))
        assert answer(endpoint(service.port)) == "Fine."


def test_a_connection_through_the_proxy_is_kept(service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy({HOST: service.port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        provider = make(endpoint(service.port))
        for _ in range(2):
            assert list(provider.stream(SPEC, REQUEST, Cancellation()))
        provider.close()  # type: ignore[attr-defined]
        assert len(proxy.asked) == 1


@pytest.mark.parametrize("listed", [HOST, "example.test", ".example.test", "*.example.test", "other.test,*"])
def test_what_no_proxy_lists_is_reached_directly(
    listed: str, service: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", DEAD)
    monkeypatch.setenv("NO_PROXY", listed)
    assert answer(endpoint(service.port)) == "Fine."


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_never_reached_through_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, DEAD)
    with Loopback([FINE]) as server:
        assert answer(endpoint(server.port, scheme="http", host=host)) == "Fine."


@pytest.mark.parametrize("other", ["socks5://127.0.0.1:9", "socks://127.0.0.1:9/"])
def test_an_all_proxy_that_is_not_needed_does_no_harm(
    other: str, service: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", other)
    with Proxy({HOST: service.port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert answer(endpoint(service.port)) == "Fine."
        assert len(proxy.asked) == 1
    monkeypatch.setenv("NO_PROXY", "example.test")
    resolving(monkeypatch)
    assert answer(endpoint(service.port)) == "Fine."


@pytest.mark.skipif(shutil.which("openssl") is None, reason="names the files in a folder of certificates")
def test_a_folder_of_certificates(service: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("openssl", "x509", "-hash", "-noout", "-in", str(tmp_path / "ca.pem"))
    hashed = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "certs").mkdir()
    authority_file(tmp_path / "certs").rename(tmp_path / "certs" / f"{hashed}.0")
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "certs"))
    resolving(monkeypatch)
    assert answer(endpoint(service.port)) == "Fine."


# --- what is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["", "me:secret-pass@"])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_proxy_that_wants_a_password(
    scheme: str, given: str, service: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy({}, password="another") as proxy:
        place = proxy.url.removeprefix("http://")
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", f"http://{given}{place}")
        assert told(failure(endpoint(service.port, scheme=scheme))) == (
            f"Endpoint corp ({HOST}) cannot be reached: the proxy {place} wants a valid user name and password (HTTP "
            f"407); set {scheme.upper()}_PROXY to http://USER:PASSWORD@{place}.",
            "network", "other", 1, False,
        )  # fmt: skip
        assert len(proxy.asked) == 1


@pytest.mark.parametrize(
    ("status", "why", "retry", "code"),
    [
        (
            403,
            "the proxy {} does not let anybody through to it (HTTP 403); ask whoever runs it, or name the host in "
            "NO_PROXY.",
            "other",
            1,
        ),
        (
            502,
            "the proxy {} does not get through to it (HTTP 502); try again in a moment, or check the endpoint's "
            "base_url.",
            "same",
            75,
        ),
        (
            Proxy.CLOSES,
            "no connection through the proxy {} (Server disconnected without sending a response); check HTTPS_PROXY, "
            "or name the host in NO_PROXY.",
            "same",
            75,
        ),
        (
            Proxy.WAITS,
            "no connection through the proxy {} (no progress for 0.2 s); check HTTPS_PROXY, or name the host in "
            "NO_PROXY.",
            "same",
            75,
        ),
    ],
)
def test_a_proxy_that_does_not_help(
    status: int, why: str, retry: str, code: int, service: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy({}, says=(status,)) as proxy:
        place = proxy.url.removeprefix("http://")
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret-pass@{place}")
        error = failure(endpoint(service.port), stall=0.2 if status == Proxy.WAITS else 10.0)
    said = f"Endpoint corp ({HOST}) cannot be reached: {why.format(place)}"
    assert told(error) == (said, "network", retry, code, False)


@pytest.mark.parametrize(
    ("variable", "value", "said", "retry", "code"),
    [
        (
            "HTTPS_PROXY",
            DEAD,
            f"Endpoint corp ({HOST}) cannot be reached: no connection through the proxy 127.0.0.1:9 (Connection "
            "refused); check HTTPS_PROXY, or name the host in NO_PROXY.",
            "same",
            75,
        ),
        (
            "ALL_PROXY",
            "http://proxy.nowhere.test:3128",
            f"Endpoint corp ({HOST}) cannot be reached: no connection through the proxy proxy.nowhere.test:3128 (a "
            "test may not look up proxy.nowhere.test); check ALL_PROXY, or name the host in NO_PROXY.",
            "same",
            75,
        ),
        (
            "ALL_PROXY",
            "socks5://me:secret-pass@127.0.0.1:9",
            "ALL_PROXY names a SOCKS proxy, which needs the Python package socksio; install that, or name an HTTP "
            "proxy in HTTPS_PROXY.",
            "other",
            1,
        ),
        (
            "HTTPS_PROXY",
            "http://me:secret/pass@127.0.0.1:9",
            "HTTPS_PROXY names no proxy that can be used; write it as http://HOST:PORT or http://USER:PASSWORD@HOST:"
            "PORT, special characters percent-encoded.",
            "other",
            1,
        ),
        (
            "SSL_CERT_FILE",
            "/nowhere/ca.pem",
            "SSL_CERT_FILE names /nowhere/ca.pem, which cannot be used (No such file or directory); name a file of "
            "certificates in PEM form, or unset it.",
            "other",
            1,
        ),
        (
            "SSL_CERT_FILE",
            __file__,
            f"SSL_CERT_FILE names {__file__}, which cannot be used (no certificate in it); name a file of certificates "
            "in PEM form, or unset it.",
            "other",
            1,
        ),
    ],
)
def test_a_variable_that_leads_nowhere(
    variable: str, value: str, said: str, retry: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    trusted.cache_clear()
    assert told(failure(endpoint(9))) == (said, "network", retry, code, False)


def test_a_folder_of_certificates_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere/certs")
    said = "SSL_CERT_DIR names /nowhere/certs, which is no folder; name one with certificates, or unset it."
    assert told(failure(endpoint(9))) == (said, "network", "other", 1, False)


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ({"by": "somebody"}, f"not trusted here (unable to get local issuer certificate); {NEEDS_CA}"),
        (
            {"expired": True},
            "out of date (certificate has expired); check the clock of this machine, or tell whoever runs the server.",
        ),
        (
            {"host": "www.example.test"},
            f"another host's (Hostname mismatch, certificate is not valid for '{HOST}'); check the endpoint's "
            "base_url.",
        ),
    ],
    ids=["unknown", "expired", "another"],
)
def test_a_certificate_that_is_not_accepted_is_one_attempt(
    tls: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = speaking_tls(tls.pop("host", HOST), **tls)
    with Loopback([FINE], tls=shown) as server, Proxy({HOST: server.port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = failure(endpoint(server.port))
        assert (server.connections, server.requests) == (1, [])
    assert told(error) == (
        f"Endpoint corp ({HOST}) shows a certificate that is {said}", "network", "other", 1, False
    )  # fmt: skip


def test_plain_http_where_tls_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch)
    with server(after_request(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")) as (port, _):
        assert told(failure(endpoint(port))) == (
            f"Endpoint corp ({HOST}) does not speak TLS as it should (wrong version number); check whether base_url is "
            "https:// or http://.",
            "network", "other", 1, False,
        )  # fmt: skip


# --- what the network does under TLS, through a proxy -----------------------------------------------------------------


@pytest.mark.parametrize("fault", ["reset", "reset_first", "cut"])
def test_what_is_lost_under_tls_may_be_tried_again(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = speaking_tls(HOST)
    with Loopback([Said("Half of it.", fault=fault)], tls=tls) as server, Proxy({HOST: server.port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = failure(endpoint(server.port))
    assert (error.fault, error.retry, error.exit_code, error.billed) == ("network", "same", 75, True)


def test_an_end_of_the_handshake_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch)
    with Loopback([FINE]) as server:  # no TLS: it hangs up on the greeting
        said = f"Endpoint corp ({HOST}) cannot be reached (the connection was cut while TLS was set up); check the "
        assert told(failure(endpoint(server.port))) == (
            f"{said}network and the endpoint's base_url.", "network", "same", 75, False
        )  # fmt: skip


def test_an_interruption_closes_a_connection_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    stalling = Said("Some text that stops half", fault="stall")
    with Loopback([stalling], tls=speaking_tls(HOST)) as server, Proxy({HOST: server.port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        cancellation = Cancellation()
        stream = make(endpoint(server.port)).stream(SPEC, REQUEST, cancellation)
        assert isinstance(next(stream), Text)
        cancellation.cancel()
        with pytest.raises(Interrupted):
            list(stream)
        assert server.gone.wait(60), "the connection was left open"


def test_a_name_that_is_gone_and_back(service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, fails=1)
    assert told(failure(endpoint(service.port))) == (
        f"Endpoint corp ({HOST}) cannot be reached: its name does not resolve (Temporary failure in name resolution); "
        "check the network and the endpoint's base_url.",
        "network", "same", 75, False,
    )  # fmt: skip
    assert answer(endpoint(service.port)) == "Fine."
    assert asked == [HOST, HOST]
