"""The true program behind a company's proxy and under a company's certificates."""

import json
from pathlib import Path

import pytest
from binary import configure, droidlite
from certificates import authority_file, speaking_tls
from loopback import Loopback, Said
from loopback_proxy import Proxy

MODEL = "claude-sonnet-5-5"
HOST = "api.example.test"
FINE = Said("Done.", usage={"input": 50, "output": 5})


def serving(port: int, *, host: str = HOST, name: str = "corp") -> str:
    return (
        f'[[endpoints]]\nname = "{name}"\nprotocol = "anthropic"\nbase_url = "https://{host}:{port}"\n'
        f'api_key = "key-of-the-company"\nmodels = ["{MODEL}"]\n'
    )


@pytest.fixture(autouse=True)
def of_the_company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file(tmp_path)))


def test_exec_works_behind_a_proxy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = speaking_tls(HOST)
    with Loopback([FINE], tls=tls) as server, Proxy({HOST: server.port}, password="secret-pass") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://me:secret-pass@"))
        configure(serving(server.port))
        ran = droidlite("exec", "-m", MODEL, "go", cwd=folder)
        assert (ran.code, ran.out, set(proxy.asked)) == (0, "Done.\n", {f"{HOST}:{server.port}"}), ran.err


def test_a_certificate_file_that_is_missing_is_said_in_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    configure(serving(9))
    ran = droidlite("exec", "-m", MODEL, "go", cwd=folder)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-2] == (
        "error_during_execution: SSL_CERT_FILE names /nowhere/ca.pem, which cannot be used (No such file or directory);"
        " name a file of certificates in PEM form, or unset it."
    )
    assert "Traceback" not in ran.err


def probes(folder: Path) -> tuple[int, list[list[str]]]:
    ran = droidlite("doctor", "--probe", "--json", cwd=folder)
    found = [each for each in json.loads(ran.out) if each["name"] == "probe"]
    return ran.code, [[each["state"], each["detail"]] for each in found]


def test_doctor_says_what_is_wrong_with_certificates_and_ways(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        Loopback([FINE], tls=speaking_tls(HOST)) as good,
        Loopback([FINE], tls=speaking_tls("other.example.test", by="somebody")) as strange,
        Proxy({HOST: good.port, "other.example.test": strange.port}) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        configure(
            serving(good.port)
            + serving(strange.port, host="other.example.test", name="strange")
            + serving(9, host="gone.example.test", name="gone")
        )
        code, ((_, answered), strange_one, gone) = probes(folder)
        assert (code, len(good.requests), strange.requests) == (0, 1, [])
    assert answered.startswith(f"corp: {MODEL} answered in ")
    assert strange_one == [
        "off",
        f"strange: {MODEL} failed: Endpoint strange (other.example.test) shows a certificate that is not trusted here "
        "(unable to get local issuer certificate); if your network or that server has a CA of its own, name the file "
        "of the CA's certificate in SSL_CERT_FILE.",
    ]
    assert gone == [
        "off",
        f"gone: {MODEL} failed: Endpoint gone (gone.example.test) cannot be reached: the proxy "
        f"127.0.0.1:{proxy.port} does not get through to it (HTTP 502); try again in a moment, or check the endpoint's "
        "base_url.",
    ]


def test_doctor_says_that_the_proxy_wants_a_password(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy({}, password="secret-pass") as proxy:
        place = f"127.0.0.1:{proxy.port}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:wrong-pass@{place}")
        configure(serving(9))
        assert probes(folder) == (
            1,
            [
                [
                    "problem",
                    f"corp: {MODEL} failed: Endpoint corp ({HOST}) cannot be reached: the proxy {place} wants a valid "
                    f"user name and password (HTTP 407); set HTTPS_PROXY to http://USER:PASSWORD@{place}.",
                ]
            ],
        )
