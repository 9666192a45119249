"""How things were before any work: the check's files and, for a detected check, how it went; taken beside the first
model call."""

import threading
from collections.abc import Callable, Generator, Mapping

from droidlite.app.checking import Checker
from droidlite.checks.snapshot import Snapshot, accept, rewound, take
from droidlite.checks.verdict import Ran
from droidlite.errors import DroidliteError
from droidlite.events import Event

BASELINE_SECONDS = 60.0
"""How long the check may take before any work; the first change waits for it."""


class Before:
    """One session's state before its work. `snapshot` is None until it was taken; `ran` where no baseline is. `earlier`
    tells what files were before a resumed session's first part changed them (None = no such file)."""

    def __init__(self, checker: Checker, earlier: Callable[[], Mapping[str, str | None]]) -> None:
        self._checker, self._earlier = checker, earlier
        self._thread: threading.Thread | None = None
        self.snapshot: Snapshot | None = None
        self._left: Snapshot | None = None
        self.ran: Ran | None = None
        self.touched = False

    def begin(self) -> None:
        """A prompt begins: takes the state in a thread, or after an earlier prompt what the person changed since."""
        self.touched = False
        work = self._take if self.snapshot is None else self._follow
        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until the state is known."""
        if self._thread is not None:
            self._thread.join()

    def leave(self) -> None:
        """A prompt is over: what changes from here to the next one is the person's."""
        self._left = self.now()

    def now(self) -> Snapshot:
        return take(self._checker.context.root, self._checker.rests(), self._checker.programs())

    def held(
        self, work: Generator[Event, None, str], may_change: Callable[[Event], bool]
    ) -> Generator[Event, None, str]:
        """The events of `work`, held back before the first event that `may_change` something."""
        try:
            while True:
                try:
                    event = next(work)
                except StopIteration as ended:
                    return str(ended.value)
                if may_change(event):
                    self.wait()
                    self.touched = True
                yield event
        finally:
            work.close()

    def _take(self) -> None:
        self.snapshot = rewound(self.now(), self._checker.rests(), self._earlier())
        if self._checker.check.auto:
            seconds = min(BASELINE_SECONDS, self._checker.check.seconds)
            try:
                self.ran = self._checker.run(seconds=seconds, quietly=True)
            except (OSError, DroidliteError):
                return

    def _follow(self) -> None:
        if self.snapshot is not None and self._left is not None:
            self.snapshot = accept(self.snapshot, self._left, self.now())
        self._left = None  # a run that does not come to its end leaves nothing to the person
