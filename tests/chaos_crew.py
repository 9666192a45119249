"""Runs the sessions of scripts/chaos in worker processes beside the services, until enough requests were made."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
from chaos_session import Job, Outcome

LASTING = 5
"""Sessions that one process runs: what a process knows of the services, and how often it may still retry, begins anew
with each."""
CHILD = Path(__file__).with_name("chaos_session.py")


class Crew:
    """`workers` processes that each run one session after the other, in `root` with the environment `env`. `crashed`
    counts the processes that died in a session: their last words are on standard error."""

    def __init__(self, jobs: Iterator[Job], *, root: Path, env: dict[str, str], workers: int) -> None:
        self.outcomes: list[Outcome] = []
        self.crashed = 0
        self._jobs, self._root, self._env, self._workers = jobs, root, env, workers
        self._lock = threading.Lock()

    def run(self, requests: float = float("inf")) -> list[Outcome]:
        """Until the jobs are done or so many requests were made."""
        self._wanted = requests
        threads = [threading.Thread(target=self._work) for _ in range(self._workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.outcomes

    def _next(self) -> Job | None:
        with self._lock:
            if self.crashed > self._workers or sum(each.requests for each in self.outcomes) >= self._wanted:
                return None
            return next(self._jobs, None)

    def _work(self) -> None:
        child, left = self._hire(), LASTING
        while (job := self._next()) is not None:
            if not left:
                child.communicate()
                child, left = self._hire(), LASTING
            left -= 1
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(msgspec.json.encode(job).decode() + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
            with self._lock:
                if line:
                    self.outcomes.append(msgspec.json.decode(line, type=Outcome))
                    continue
                self.crashed += 1
            left = 0
        child.communicate()

    def _hire(self) -> "subprocess.Popen[str]":
        words = [sys.executable, str(CHILD)]
        return subprocess.Popen(
            words, cwd=self._root, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
