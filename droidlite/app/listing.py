"""Commands that only look: the models, what auto would choose, the embedded model's files."""

import os
import sys
from pathlib import Path
from typing import Literal

from droidlite.app.checking import find_check, with_check
from droidlite.app.options import Options
from droidlite.app.routing import Task, route, survey
from droidlite.app.setup import read_setup
from droidlite.settings.paths import find_root
from droidlite.ui.decision import ENDLESS, decision_lines
from droidlite.ui.picker import table
from droidlite.ui.plain import show, show_json, show_table, takes_control_codes, width


def show_models(cwd: Path, as_json: bool) -> int:
    setup = read_setup(cwd, discover=True)
    found = survey(setup, Task(root=find_root(cwd)))
    if as_json:
        models = [
            {
                "id": c.spec.id,
                "provider": c.spec.provider,
                "tier": c.spec.tier,
                "context": c.spec.context,
                "endpoint": c.endpoint,
                "input_usd_per_million": c.input_price,
                "output_usd_per_million": c.output_price,
                "allowed": not c.why_not,
                "why_not": c.why_not,
                "estimate": c.estimate,
            }
            for c in found.candidates
        ]
        show_json({"auto": found.auto, "why_not_auto": found.why_not_auto, "models": models})
        return 0
    coloured = takes_control_codes(sys.stdout, os.environ)
    show_table(table(found.auto, found.candidates, _room(), coloured))
    return 0


def show_route(options: Options, prompt: str, as_json: bool) -> int:
    setup, root = read_setup(options.cwd, options=options, discover=True), find_root(options.cwd)
    setup = with_check(setup, find_check(setup, root, options.cwd)[0])
    decision = route(setup, Task(root=root, prompt=prompt, headless=options.headless))
    show_json(decision) if as_json else show(decision_lines(decision, width=_room()))
    return 0


def _room() -> int:
    """Cells of a line: nobody's screen is at the end of a pipe, and what is left out there is lost."""
    return width() if sys.stdout.isatty() else ENDLESS


def show_local(action: Literal["status", "get"], source: str) -> int:
    from droidlite.app.weights import get_weights, status_lines

    if action == "get":
        get_weights(source)
    show(status_lines())
    return 0
