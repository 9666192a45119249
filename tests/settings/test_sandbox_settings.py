"""What settings and policy may name for the sandbox, hosts and folders, and what is said of what is none."""

from pathlib import Path

import pytest

from droidlite.errors import SettingsError
from droidlite.settings.config import SandboxSettings, Settings
from droidlite.settings.policy import Policy
from droidlite.settings.policy_files import read_layer
from droidlite.settings.sandbox_policy import is_allowed, narrow_sandbox, why_no_host

LIKE = '; write one, such as "pypi.org", "*.pypi.org" or "git.example.com:22"'


@pytest.mark.parametrize(
    "text",
    [
        *("pypi.org", "*.crates.io", "*", "git.example.com:22", "*.example.com:8443", "LOCALHOST:1", "a_b.example"),
        *("127.0.0.1:65535", "::1", "[::1]:8080", "*:22"),
    ],
)
def test_a_host_a_domain_or_all_with_a_port_or_without(text: str) -> None:
    assert why_no_host(text) == ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(("https://x.org", "x.org"), ("http://me@x.org:8080/a?b", "x.org:8080"), ("x.org:22/a", "x.org:22")),
        *((" x.org ", "x.org"), ("x.org.", "x.org"), ("[::1]", "::1"), ("[::1", "::1"), (".x.org", "*.x.org")),
    ],
)
def test_what_was_meant_is_said_where_it_is_plain(text: str, meant: str) -> None:
    assert why_no_host(text) == f'"{text}" is no host; write "{meant}"'


@pytest.mark.parametrize("text", ["x org", "*.*.org", "x..org", "10.0.0.0/8", "bücher.example", ":443", "x*"])
def test_what_is_none_is_told_with_examples(text: str) -> None:
    assert why_no_host(text) == f'"{text}" is no host{LIKE}'


@pytest.mark.parametrize("port", ["0", "65536", "99999", "080", "", "ssh", "²", "1" * 5000])
def test_a_port_that_is_none(port: str) -> None:
    assert why_no_host(f"x.org:{port}") == (
        f'"x.org:{port}" names no port; write one of 1 to 65535, such as "x.org:8443", or none for those of the web'
    )


def test_a_policy_may_not_either(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[sandbox]\nhosts = ["*.example.com", "x.org/"]\n')
    with pytest.raises(SettingsError) as caught:
        read_layer("org", file)
    assert str(caught.value) == f'{file}:2: sandbox.hosts[1]: "x.org/" is no host; write "x.org"'


@pytest.mark.parametrize(
    ("named", "host", "port", "allowed"),
    [
        ("x.org", "x.org", 443, True), ("x.org", "x.org", 22, False), ("x.org:22", "x.org", 22, True),
        ("x.org:22", "x.org", 443, False), ("[::1]:8080", "::1", 8080, True), ("[::1]:8080", "::1", 80, False),
        ("::1", "::1", 80, True), ("LOCALHOST:1", "localhost", 1, True), ("127.0.0.1:9", "127.0.0.1", 9, True),
        ("*", "x.org", 443, True), ("*", "10.0.0.1", 443, True), ("*", "127.0.0.1", 80, False),
        ("*:9", "localhost", 9, False), ("*", "169.254.169.254", 80, False), ("*.0.0.1", "127.0.0.1", 80, False),
        ("*", "::1", 80, False), ("*", "::ffff:127.0.0.1", 80, False), ("*", "fe80::1%eth0", 80, False),
        ("*.x.org:22", "a.x.org", 22, True),
    ],
)  # fmt: skip
def test_which_host_and_port_one_stands_for(named: str, host: str, port: int, allowed: bool) -> None:
    assert is_allowed((named,), host, port) == allowed


def warned(origin: dict[str, str], **sandbox: object) -> tuple[str, ...]:
    settings = Settings(sandbox=SandboxSettings(**sandbox), origin=origin)  # type: ignore[arg-type]
    return narrow_sandbox(settings, Policy()).warnings


def test_a_folder_that_is_not_there_is_told(home: Path) -> None:
    (home / "data").mkdir()
    origin = {"sandbox.read": "config.toml:2", "sandbox.write": "config.toml:3"}
    assert warned(origin, read=("~/data", "~nobody-at-all/x"), write=("~/.gradle", str(home))) == (
        "sandbox.read is without ~nobody-at-all/x, named in config.toml:2, until something is there; make it first.",
        "sandbox.write is without ~/.gradle, named in config.toml:3, until something is there; make it first.",
    )
    assert warned(origin, mode="off", write=("~/.gradle",)) == ()
