"""What a call's thread may do to a run that is over for it."""

import threading
from pathlib import Path
from typing import Any

from fakes import TOOLS, Rig

from droidlite.agent.toolbox import Toolbox
from droidlite.types import Call


class Lingering(Toolbox):
    """Its threads live on after their last word, as on a busy machine."""

    let_go = threading.Event()

    def _work(self, *given: Any) -> None:
        super()._work(*given)
        self.let_go.wait(60)


def test_a_thread_that_has_told_its_result_but_lives_on_interrupts_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    toolbox = Lingering(TOOLS, rig.context, rig.permissions, patience=0.01)
    try:
        list(toolbox.run((Call("1", "echo", '{"word": "a"}'),), rig.transcript))
    finally:
        toolbox.let_go.set()
    assert not rig.cancellation.cancelled
