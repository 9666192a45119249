"""No test reaches the person's files, keys or network: every one gets a home of its own and a loopback-only socket."""

import ipaddress
import itertools
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import hypothesis
import pytest

KEPT = ("PATH", "TMPDIR", "USER", "LOGNAME", "PYENV_ROOT", "PYENV_VERSION", "SYSTEMROOT")
KEPT_WORDS = ("PYTEST_", "COVERAGE_", "COV_CORE_")
"""All that a test finds of the environment the tests were started in: CI, NO_COLOR, TERM, a proxy or a key would
otherwise decide what it sees, and it would pass on one machine and fail on the next."""
ASKED_FOR = ("AIMOCK", "REWRITE_SCREENS")
"""What a person sets who wants more of the tests."""

NUMBERS = itertools.count()

hypothesis.settings.register_profile("house", deadline=None)  # how long an example takes says how busy the machine is
hypothesis.settings.load_profile("house")


class SocketRefused(RuntimeError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home; DROIDLITE_HOME and the XDG folders inside it; nothing else of the person's environment."""
    folder = tmp_path_factory.getbasetemp() / "homes" / str(next(NUMBERS))  # mktemp looks through all there are
    folder.mkdir(parents=True)
    for name in list(os.environ):
        if name not in (*KEPT, *ASKED_FOR) and not name.startswith(KEPT_WORDS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("DROIDLITE_HOME", str(folder / "droidlite"))
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(folder / kind.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(folder / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What droidlite takes for a repository, without git having made it."""
    root = tmp_path / "folder"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return root


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A git repository with nothing in it."""
    root = tmp_path / "repo"
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    return root


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets may reach this machine only; names other than localhost do not resolve."""
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(address: Any) -> None:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise SocketRefused(f"a test may not connect to {address[0]}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        check(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in (None, "") and not _is_loopback(name):
            raise socket.gaierror(socket.EAI_NONAME, f"a test may not look up {name}")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)


def _is_loopback(host: str) -> bool:
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False
