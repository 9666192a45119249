"""Lines typed before they were asked for: they are messages that wait, and never the answer to a question that nobody
had seen."""

import os
import sys
from collections import deque
from collections.abc import Callable

from droidlite.sanitise import clean, clean_line

Read = Callable[[str], str]
"""A line for a prompt, as input() gives it; EOFError at the end, KeyboardInterrupt for Ctrl+C."""
PROMPT = "> "


class Ahead:
    """`waiting` takes all that was typed so far and nobody has read, `read` waits for a line, `say` tells."""

    def __init__(self, waiting: Callable[[], str], read: Read, say: Callable[[str], object]) -> None:
        self._waiting, self._read, self._say = waiting, read, say
        self._queued: deque[str] = deque()

    def read(self, prompt: str) -> str:
        """The line that has waited longest, else the next one."""
        if not self._queued:
            return self._read(prompt)
        line = self._queued.popleft()
        self._say(f"{prompt}{clean(line)}\n")
        return line

    def queue(self) -> None:
        """Before a question is asked: what was typed until now is queued. A line that was begun is ended first."""
        *lines, begun = self._waiting().split("\n")
        for line in lines:
            self._queue(line)
        if begun:
            self._say("\nThere is a question: first end your line (Enter queues it, Ctrl+C drops it).\n")
            try:
                self._queue(begun + self._read(f"{PROMPT}{clean_line(begun)}"))
            except KeyboardInterrupt:
                self._say("\n")

    def _queue(self, line: str) -> None:
        if line.strip():
            self._queued.append(line)
            self._say(f"queued: {clean_line(line, 60)}\n")

    def drop(self) -> None:
        """The run was interrupted: nothing that waits is sent unasked."""
        while self._queued:
            self._say(f"not sent: {clean(self._queued.popleft())}\n")


def typed_ahead() -> str:
    """All that waits on the terminal now, also the beginning of a line, without waiting for more; line ends are \\n."""
    try:
        import termios
    except ImportError:
        return ""
    if not sys.stdin or not sys.stdin.isatty():
        return ""
    terminal = sys.stdin.fileno()
    mode = termios.tcgetattr(terminal)
    at_once = [*mode[:3], mode[3] & ~termios.ICANON, *mode[4:6], [*mode[6]]]
    at_once[6][termios.VMIN] = at_once[6][termios.VTIME] = 0
    termios.tcsetattr(terminal, termios.TCSANOW, at_once)
    try:
        return _all_of(terminal).decode(sys.stdin.encoding, "replace").replace("\r", "\n").replace("\0", "")
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, mode)


def _all_of(terminal: int) -> bytes:
    taken = b""
    while piece := os.read(terminal, 4096):
        taken += piece
    return taken
