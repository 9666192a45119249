"""Look at the terminal by hand: python tests/ui/demo_terminal.py [--scripted]. NO_COLOR is honoured."""

import os
import sys
import tempfile
from pathlib import Path

from recorded import Recorded, fixing

from droidlite.ui.terminal import run

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        conversation = Recorded(fixing(), pause=0.05, scripted="--scripted" in sys.argv)
        sys.exit(run(conversation, history=Path(folder) / "history", env=os.environ))
