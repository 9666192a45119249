"""What comes back by itself is waited for, what somebody must mend is one attempt, and none of it is charged."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import OURS, authority_file, speaking_tls
from failing import MODEL, Ran, run
from loopback import Loopback, Said
from loopback_proxy import Proxy

from droidlite.providers.environment import trusted

HOST = "api.example.test"
FINE = Said("Done.", usage={"input": 50, "output": 5})


def serving(port: int) -> str:
    return (
        f'[[endpoints]]\nname = "corp"\nprotocol = "anthropic"\nbase_url = "https://{HOST}:{port}"\n'
        f'api_key = "key-of-the-company"\nmodels = ["{MODEL}"]\n'
    )


@pytest.fixture(autouse=True)
def of_the_company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file(tmp_path)))
    trusted.cache_clear()
    yield
    trusted.cache_clear()


def ended(ran: Ran) -> tuple[str, int, int, float]:
    """How, with which exit code, after how many attempts, for how many dollars."""
    return *ran.outcome, len(ran.failures) + 1, ran.finished.total_cost_usd


def test_a_name_that_does_not_resolve_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, gone = socket.getaddrinfo, [True, True]

    def coming_back(host: Any, *rest: Any, **more: Any) -> Any:
        if host == HOST and gone and gone.pop():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve("127.0.0.1" if host == HOST else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", coming_back)
    with Loopback([FINE], tls=speaking_tls(HOST)) as server:
        ran = run(serving(server.port), tmp_path)
        assert (ran.outcome, ran.failures, len(server.requests)) == (("success", 0), [("network", "corp", "")] * 2, 1)


def test_a_proxy_that_finds_the_host_again_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback([FINE], tls=speaking_tls(HOST)) as server, Proxy({HOST: server.port}, says=(502, 504)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        ran = run(serving(server.port), tmp_path)
        assert (ran.outcome, ran.failures, len(server.requests)) == (("success", 0), [("network", "corp", "")] * 2, 1)


@pytest.mark.parametrize(
    ("says", "by", "expected"),
    [
        ((407,), OURS, ("error_during_execution", 1, 1, 0.0)),
        ((403,), OURS, ("error_during_execution", 1, 1, 0.0)),
        ((), "somebody", ("error_during_execution", 1, 1, 0.0)),
        ((502,) * 9, OURS, ("error_upstream", 75, 4, 0.0)),
    ],
    ids=["password", "forbidden", "certificate", "gone"],
)
def test_only_what_may_pass_is_tried_again_and_nothing_is_charged(
    says: tuple[int, ...],
    by: str,
    expected: tuple[str, int, int, float],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Loopback([FINE], tls=speaking_tls(HOST, by=by)) as server, Proxy({HOST: server.port}, says=says) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert ended(run(serving(server.port), tmp_path)) == expected
        assert len(proxy.asked) == expected[2]
