"""Background jobs of a session: started by the shell tool, read and killed by the job tool, all ended with it."""

import os
import threading
from itertools import count

from droidlite.tool import ToolContext
from droidlite.tools.children import Child, end, end_marked, mark_of, outlived
from droidlite.tools.recording import Recording

_CHUNK = 65_536
_table = threading.Lock()


class Job:
    """A command running in the background; a thread of its own records what it prints."""

    def __init__(self, name: str, command: str, child: Child, recording: Recording) -> None:
        self.name, self.command, self.child = name, command, child
        self._recording = recording
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._record, name=f"droidlite-{name}", daemon=True)
        self._thread.start()

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self.child.process.poll()

    @property
    def running(self) -> bool:
        """Whether the command, or something it left in its group, still runs."""
        return self.exit_code is None or outlived(self.child)

    def take(self) -> str:
        """What it printed since the last take."""
        if not self.running:
            self._thread.join(0.2)  # let the last output arrive
        with self._lock:
            return self._recording.take()

    def end(self) -> None:
        end(self.child)
        self._thread.join(1)

    def _record(self) -> None:
        pipe = self.child.process.stdout
        if pipe is None:
            return
        while data := os.read(pipe.fileno(), _CHUNK):
            with self._lock:
                self._recording.add(data)
        pipe.close()
        with self._lock:
            self._recording.finish()
            self._recording.close()
        self.child.ended()


def add_job(context: ToolContext, command: str, child: Child) -> Job:
    """Keeps `child` as a job of the session, named job-1, job-2, ..."""
    with _table:
        name = next(name for number in count(1) if (name := f"job-{number}") not in context.jobs)
        job = Job(name, command, child, Recording(context.spill, name, context.printed, at_once=True))
        context.jobs[name] = job
        return job


def kill_all(context: ToolContext) -> None:
    """Kills at once whatever this session's commands left running: for a process that must go now."""
    end_marked(mark_of(context))


def close_jobs(context: ToolContext) -> None:
    """Ends every job, and whatever else this session's commands left running. For the end of a session."""
    jobs = [job for job in context.jobs.values() if isinstance(job, Job)]
    for job in jobs:
        if job.running:
            job.end()
    context.jobs.clear()
    end_marked(mark_of(context))
    for job in jobs:  # what it changed to the last
        job.child.ended()
