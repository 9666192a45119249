"""The true droidlite in a pseudo-terminal: keys in, what a person sees out."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path

from binary import BINARY

from droidlite.ui.grace import GRACE_SECONDS
from terminal.screen import Screen

DEADLINE = 90.0
"""Seconds nothing here may take, even where three workers share a slow disk."""
CHOOSING = "↑↓"
"""Stands below every dialog that takes keys."""


def is_raw(terminal: int) -> bool:
    """Whether keys reach the program as they are pressed: not by lines, not echoed, Enter not made into a newline."""
    flags = termios.tcgetattr(terminal)
    return not (flags[0] & termios.ICRNL or flags[3] & (termios.ICANON | termios.ECHO))


CONTROLLED = (
    sys.executable,
    "-c",
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])",
)
"""Makes the terminal the one that controls the program, which is told (SIGHUP) when it goes."""


class Terminal:
    """`droidlite words...` in a terminal of `columns` by `rows` cells; killed at the end where it still runs. `modes`
    tells of each piece of output whether the terminal was raw when it came; `controls`: SIGHUP tells when it is closed.

    `sees` asks for what was ever written, `shows` for what is on the screen now: wait for one, never for time."""

    def __init__(
        self,
        *words: str,
        cwd: Path,
        env: dict[str, str] | None = None,
        columns: int = 80,
        rows: int = 30,
        controls: bool = False,
    ) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._ours = ours
        self._screen = Screen(columns, rows)
        self.process = subprocess.Popen(
            [*(CONTROLLED if controls else ()), *BINARY, *words],
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONFAULTHANDLER": "1", **(env or {})},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._raw = bytearray()
        self.modes: list[bool] = []
        self._more = threading.Condition()
        self._wake, self._closing, self._size = os.pipe(), False, (columns, rows)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.process.wait()
        self.close()

    def close(self) -> None:
        """The person closes the window."""
        if self._ours < 0:
            return
        self._closing = True
        os.write(self._wake[1], b"x")
        self._reader.join(DEADLINE)
        for file in (self._ours, *self._wake):
            os.close(file)
        self._ours = -1

    @property
    def written(self) -> str:
        """All that was written, as it came."""
        return self._raw.decode(errors="replace")

    @property
    def seen(self) -> str:
        """All that was written, without escape sequences and blanks: redraws move the cursor where a space would be."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\s", "", self._raw.decode(errors="replace"))

    @property
    def screen(self) -> Screen:
        """What the person sees. Only to be looked at once the program is at rest, or within `until`."""
        return self._screen

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def paste(self, text: str) -> None:
        """As a terminal does it: brackets around the text, a carriage return at the end of each line."""
        data = b"\x1b[200~" + text.replace("\n", "\r").encode() + b"\x1b[201~"
        while data:
            data = data[os.write(self._ours, data) :]

    def resize(self, columns: int, rows: int = 30) -> None:
        """The person drags the corner of the window, between two frames: the program is halted until all it has written
        is on the screen."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        self._size = (columns, rows)
        os.write(self._wake[1], b"x")
        self.until(lambda: self._screen.size == (columns, rows))
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signal.SIGWINCH)

    def until(self, condition: Callable[[], object]) -> None:
        """Waits until `condition` holds; it is asked again after each piece of output."""
        assert self.comes(condition), "\n".join((*self._screen.lines, self.seen[-3000:], *self._stacks()))

    def comes(self, condition: Callable[[], object], seconds: float = DEADLINE) -> bool:
        """The same; False where it does not within so many seconds."""
        with self._more:
            return bool(self._more.wait_for(condition, seconds))

    def _stacks(self) -> tuple[str, ...]:
        """Where the program is that did not do what was waited for: killed so that Python tells it of every thread."""
        before = len(self._raw)
        self.process.send_signal(signal.SIGABRT)
        self.process.wait(DEADLINE)
        self.rests()
        return tuple(self._raw[before:].decode(errors="replace").splitlines())

    def rests(self, seconds: float = 0.5) -> None:
        """Waits until nothing has been written for so long. For taking pictures, not for tests."""
        with self._more:
            while self._more.wait(seconds):
                pass

    def shows(self, text: str) -> None:
        """Waits until a line of the screen has `text`."""
        self.until(lambda: any(text in line for line in self._screen.lines))

    def hides(self, text: str) -> None:
        """Waits until no line of the screen has `text`."""
        self.until(lambda: not any(text in line for line in self._screen.lines))

    def sees(self, text: str) -> None:
        wanted = re.sub(r"\s", "", text)
        self.until(lambda: wanted in self.seen)

    def answers(self, title: str, text: str) -> None:
        """Types `text` into the dialog `title` once it takes keys: it takes none that come too fast to be meant."""
        wanted = re.sub(r"\s", "", title)
        self.until(lambda: "Enterchoose" in self.seen.partition(wanted)[2])
        before = self.seen.count("❯")
        while self.seen.count("❯") == before:
            self.type("\x1b[B")
            with self._more:
                self._more.wait_for(lambda: self.seen.count("❯") > before, 1)
        self.type(text)

    def chooses(self, key: str) -> None:
        """Presses `key` in the dialog on the screen, which ends it. It takes no key that comes too fast to be meant, so
        this rests first as a person would; that time is the program's, not a guess."""
        self.shows(CHOOSING)
        self.comes(lambda: False, GRACE_SECONDS + 0.05)
        self.type(key)
        self.hides(CHOOSING)

    def leaves(self) -> int:
        """The exit code of a person who quits."""
        self.type("/quit\r")
        return self.process.wait(DEADLINE)

    def walks_out(self) -> int:
        """The exit code where Ctrl+C is pressed twice, whatever stands in the input and whether or not something still
        runs."""
        self.type("\x03")
        self.sees("again to leave")
        self.type("\x03")
        return self.process.wait(DEADLINE)

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # Linux says EIO when the other side has closed
            while self._has_more() and (data := os.read(self._ours, 65_536)):
                with self._more:
                    self.modes.append(is_raw(self._ours))
                    self._raw += data
                    if told := self._screen.feed(data):
                        os.write(self._ours, told)
                    self._more.notify_all()

    def _has_more(self) -> bool:
        """Waits for output; False where the window is closed instead. A new size is taken once there is no more."""
        while True:
            ready, _, _ = select.select([self._ours, self._wake[0]], [], [])
            if self._closing:
                return self.process.returncode is not None
            if self._ours in ready:
                return True
            os.read(self._wake[0], 1)
            with self._more:
                self._screen.resize(*self._size)
                columns, rows = self._size
                fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                self._more.notify_all()
