"""What runs in worker threads while the terminal goes on drawing: one task at a time, and looks beside it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

LEAVING_SECONDS = 5.0
"""How long a task may take to stop when the person leaves."""


class Work:
    """`post` runs a function on the UI's thread, where everything here is called and told. `crashed` hears that a task
    raised what it should not have; `crash` is what."""

    def __init__(self, post: Callable[[Callable[[], None]], None], crashed: Callable[[], None]) -> None:
        self._post, self._crashed = post, crashed
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="conversation")
        self._task: Future[None] | None = None
        self._beside: set[Future[None]] = set()
        self.crash: BaseException | None = None

    @property
    def busy(self) -> bool:
        return self._task is not None

    def begin(self, task: Callable[[], None], ended: Callable[[], None]) -> None:
        """Only where nothing is at work; `ended` is told unless it crashed."""
        self._task = self._threads.submit(task)
        self._task.add_done_callback(lambda done: self._post(lambda: self._ended(done, ended)))

    def beside(self, look: Callable[[], None]) -> None:
        task = self._threads.submit(look)
        self._beside.add(task)
        task.add_done_callback(lambda done: self._post(lambda: self._looked(done)))

    def _ended(self, done: "Future[None]", ended: Callable[[], None]) -> None:
        self._task = None
        ended()
        self._failed(done)

    def _looked(self, done: "Future[None]") -> None:
        self._beside.discard(done)
        self._failed(done)

    def _failed(self, done: "Future[None]") -> None:
        if error := done.exception():
            self.crash = error
            self._crashed()

    def stop(self, interrupt: Callable[[], None]) -> None:
        """Waits a little for what still runs, once it has been told to stop."""
        running = [future for future in (self._task, *self._beside) if future and not future.done()]
        if running:
            interrupt()
            wait(running, timeout=LEAVING_SECONDS)
        self._threads.shutdown(wait=False, cancel_futures=True)
