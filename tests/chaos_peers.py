"""Other agents under the same faults, for scripts/peers-faults: a service that speaks to whichever asks, and a judge of
what a program left behind. Each is asked for three commands, one by one; the second request meets the fault."""

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from chaos_mix import DEFAULT, failing, read_mix
from loopback import Asked, Loopback, Said
from msgspec import Struct
from msgspec.structs import replace

PROMPT = "Run the commands you are asked to run, one after the other."
STEPS = 3
STEP = 1
"""How many commands were run before the fault."""
TOOLS = {"bash": "command", "shell": "command", "exec_command": "cmd"}
"""What each program calls its shell, and the argument that holds the command."""
SUBMIT = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
"""How mini-swe-agent is told that the work is done: it has no other way to end."""
MIX = replace(read_mix(DEFAULT), retry_after=3.0)
"""For its way of failing alone."""
FAULTS: dict[str, tuple[str, ...]] = {
    "none": (),
    "429 with Retry-After 3": ("429 short",),
    "529 once": ("529",),
    "three 500s in a row": ("500",) * 3,
    "reset before headers": ("reset_first",),
    "overloaded_error after 200": ("overloaded",),
    "reset in the middle of a tool call": ("reset",),
    "reset after a whole tool call": ("reset_late",),
    "cut chunk": ("cut",),
    "clean end, not whole": ("eof",),
    "200 with a web page": ("html",),
    "broken JSON event": ("broken",),
    "tool arguments truncated": ("truncated",),
    "empty reply": ("empty",),
    "silence": ("stall",),
    "pings only": ("pings",),
}


class Service(Loopback):
    """Asks for the commands and meets the request after the first with `faults`. `moments` are when the attempts of
    that request came (time.monotonic()); `finished`: a request came after all commands had run."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        self.moments: list[float] = []
        self.finished = False
        super().__init__(self._say)

    def _say(self, body: Any, number: int) -> Said:
        tools = {_name(tool) for tool in body.get("tools") or ()}
        tool = next((name for name in TOOLS if name in tools), "")
        step = len(set(re.findall(r"echo step-(\d+) >>", json.dumps(body))))
        usage = {"input": 1_000, "output": 40}
        if step >= STEPS:
            self.finished = True
            calls = (Asked("bash", {"command": SUBMIT}),) if tools == {"bash"} else ()
            return Said("" if calls else "Done.", calls=calls, usage=usage)
        if not tool:  # a request of its own for something else, such as a title
            return Said("Commands.", usage=usage)
        good = Said(calls=(Asked(tool, {TOOLS[tool]: f"echo step-{step} >> effects"}),), usage=usage)
        if step != STEP:
            return good
        self.moments.append(time.monotonic())
        met = len(self.moments)
        return failing(self.faults[met - 1], good, MIX) if met <= len(self.faults) else good


class Came(Struct, frozen=True):
    """How one program came through: "recovered" (all commands ran once and it ended well), "failed" or "duplicated".
    seconds: from the first attempt that failed to the one answered whole, None where there was none."""

    how: str
    attempts: int
    seconds: float | None
    why: str = ""


def run(words: list[str], *, env: dict[str, str], root: Path, service: Service, limit: float) -> Came:
    """Runs a program against the service for at most `limit` seconds; it and all it started are ended then."""
    program = subprocess.Popen(
        words, cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    output, why = b"", ""
    try:
        output, _ = program.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        why = f"not within {limit:g} s"
    finally:
        _end(program)
    if not why and program.returncode:
        why = f"exit {program.returncode}: {_last(output)}"
    return judge(root / "effects", service, why)


def judge(effects: Path, service: Service, why: str) -> Came:
    lines = Counter(effects.read_text().split()) if effects.exists() else Counter[str]()
    met = len(service.moments)
    whole = met > len(service.faults)
    seconds = service.moments[len(service.faults)] - service.moments[0] if whole and service.faults else None
    if lines.total() > len(lines):
        return Came("duplicated", met, seconds, why)
    if not why and len(lines) == STEPS and service.finished:
        return Came("recovered", met, seconds)
    return Came("failed", met, seconds, why or f"ended as if done after {len(lines)} of {STEPS} commands")


def _name(tool: dict[str, Any]) -> str:
    return tool.get("name") or (tool.get("function") or {}).get("name") or ""


def _last(output: bytes) -> str:
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


def _end(program: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.communicate()
