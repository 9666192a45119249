"""Starts the embedded model's server when it is first needed, and ends it with the session."""

import atexit
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.providers.local.server import Order, Ready

_CGROUP = Path("/sys/fs/cgroup/cpu.max")
_INSTALL = 'The embedded model needs its runtime: pip install "droidlite[local]"'


class Address(Struct, frozen=True):
    """Where a server listens and the key it asks for."""

    url: str
    key: str

    def __repr__(self) -> str:
        return f"Address(url={self.url!r})"


class Runtime:
    """One server process for one file of weights. `command` is what is run (another one in tests)."""

    def __init__(self, weights: Path, command: Sequence[str] = ()) -> None:
        self.weights = weights
        self._command = tuple(command) or (sys.executable, "-P", "-m", "droidlite.providers.local.server")
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._address: Address | None = None

    def address(self, cancellation: Cancellation) -> Address:
        """Where the running server listens; starts it if there is none. Raises ProviderError, Interrupted."""
        with self._lock:
            if self._address is not None and self._process is not None and self._process.poll() is None:
                return self._address
            self._end()
            process = self._process = self._start()
            forget = cancellation.on_cancel(process.kill)
            try:
                self._address = self._greet(process, cancellation)
            finally:
                forget()
            return self._address

    def close(self) -> None:
        """Ends the server at once; what it holds in memory is worth nothing."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process, self._address = self._process, None, None
        if process is None:
            return
        atexit.unregister(self.close)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _start(self) -> subprocess.Popen[bytes]:
        # -P and absolute paths: nothing of the repository's is imported. The environment holds no key.
        paths = [path for path in sys.path if os.path.isabs(path)]
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.weights.parent,
                env={"PYTHONPATH": os.pathsep.join(paths), "DROIDLITE_OWN": "1"},  # no orphan of a command
                start_new_session=True,  # Ctrl-C is for the session, which may want the model again
                bufsize=0,
            )
        except OSError as error:
            raise _fault(f"The embedded model could not be started: {error.strerror or error}.") from error
        atexit.register(self.close)
        return process

    def _greet(self, process: subprocess.Popen[bytes], cancellation: Cancellation) -> Address:
        assert process.stdin is not None
        assert process.stdout is not None
        key = secrets.token_urlsafe(24)
        order = Order(weights=str(self.weights), key=key, threads=count_cores())
        try:
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            line = process.stdout.readline()
            ready = msgspec.json.decode(line, type=Ready)
        except (OSError, msgspec.DecodeError) as error:
            if cancellation.cancelled:
                raise Interrupted from error
            code = process.wait() if not isinstance(error, msgspec.DecodeError) or not line else "none"
            why = "out of memory?" if code == -9 else f"exit code {code}"
            raise _fault(f"The embedded model's server ended before it was ready ({why}).") from error
        if ready.problem:
            raise _fault(_INSTALL if "xllamacpp" in ready.problem else f"The embedded model: {ready.problem}")
        return Address(ready.url, key)


def count_cores() -> int:
    """Cores this process may use: its affinity, or less where its control group allows less time."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    try:
        quota, period = _CGROUP.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return cores
    return cores if quota == "max" else max(1, min(cores, round(int(quota) / int(period))))


def _fault(message: str) -> ProviderError:
    return ProviderError(message, fault="server", retry="never")
