"""A signal ends a run though nothing wakes the thread that Python's handlers run in."""

import os
import pty
import queue
import signal
import subprocess
import sys
import threading

import pytest

from droidlite.app.headless import stopped_by_signals
from droidlite.errors import DroidliteError


class Told:
    """In the place of a session: keeps what it was stopped with."""

    def __init__(self) -> None:
        self.errors: queue.SimpleQueue[DroidliteError] = queue.SimpleQueue()

    def stop(self, error: DroidliteError) -> None:
        self.errors.put(error)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_that_another_thread_takes_is_heard_at_once(number: signal.Signals, code: int) -> None:
    told, main = Told(), threading.get_ident()

    def waits() -> DroidliteError:
        return told.errors.get(timeout=60)  # in C, as the run's own thread waits

    def takes() -> None:
        while sys._current_frames()[main].f_code is not waits.__code__:
            os.sched_yield()
        signal.pthread_kill(threading.get_ident(), number)

    with stopped_by_signals(told):  # type: ignore[arg-type]
        threading.Thread(target=takes).start()
        assert waits().exit_code == code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_timeout_sends_twice_is_one_signal(number: signal.Signals) -> None:
    """To the process, and then to its group: the run still ends in order, with its result."""
    told = Told()
    with stopped_by_signals(told):  # type: ignore[arg-type]
        signal.raise_signal(number)
        signal.raise_signal(number)
        assert told.errors.get(timeout=60).exit_code == 128 + number


def test_what_was_there_before_is_there_again() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with stopped_by_signals(Told()):  # type: ignore[arg-type]
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before
    assert signal.set_wakeup_fd(-1) == -1


LATE = """
import ctypes, functools, operator, os, signal
from droidlite.app.interactive import ended_by_signals
from droidlite.errors import Interrupted

sent = functools.partial(ctypes.CDLL(None).kill, os.getpid(), signal.{name})
try:
    with ended_by_signals():
        list(map(operator.call, (sent, input)))  # from C to C: no handler runs between the signal and the wait
except Interrupted as error:
    print(error.exit_code)
"""


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", "143"), ("SIGHUP", "129")])
def test_a_signal_just_before_a_line_is_read_ends_the_session(name: str, code: str) -> None:
    ours, theirs = pty.openpty()
    try:
        run = subprocess.run(
            [sys.executable, "-c", LATE.format(name=name)], stdin=theirs, stdout=subprocess.PIPE, text=True, timeout=60
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert run.stdout == f"{code}\n"
