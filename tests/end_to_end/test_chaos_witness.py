"""An independent service counts the attempts too: @copilotkit/aimock, whose journal holds every request. Opt-in: it
comes from npm, so AIMOCK must name its folder (npm install --prefix DIR @copilotkit/aimock; then
AIMOCK=DIR/node_modules/@copilotkit/aimock pytest tests/end_to_end/test_chaos_witness.py)."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from binary import configure, droidlite
from loopback import Asked, Loopback, Said

AIMOCK = os.environ.get("AIMOCK", "")
DIALECTS = ("anthropic", "openai-responses", "openai-chat")
CALL: dict[str, Any] = {"name": "shell", "arguments": {"command": "echo once >> effects"}}
ASKED = (Asked(CALL["name"], CALL["arguments"]),)
FAULTS: dict[str, tuple[dict[str, Any], Said, int]] = {
    "500 once": (
        {"response": {"error": {"message": "no", "type": "api_error"}, "status": 500}},
        Said(fault="status"),
        1,
    ),
    "529 twice": (
        {"response": {"error": {"message": "no", "type": "overloaded_error"}, "status": 529}},
        Said(fault="status", status=529),
        2,
    ),
    "500 for ever": (
        {"response": {"error": {"message": "no", "type": "api_error"}, "status": 500}},
        Said(fault="status"),
        9,
    ),
    "401": (
        {"response": {"error": {"message": "no", "type": "authentication_error"}, "status": 401}},
        Said(fault="status", status=401),
        9,
    ),
    "429 with Retry-After 1": (
        {"response": {"error": {"message": "no", "type": "rate_limit_error"}, "status": 429, "retryAfter": 1}},
        Said(fault="status", status=429, headers=(("retry-after", "1"),)),
        1,
    ),
    "cut in the middle": (
        {"response": {"toolCalls": [CALL]}, "truncateAfterChunks": 3},
        Said(calls=ASKED, fault="reset"),
        1,
    ),
    "reset before headers": (
        {"response": {"toolCalls": [CALL]}, "chaos": {"disconnectRate": 1.0}},
        Said(fault="reset_first"),
        1,
    ),
}
"""The fault in aimock's words, in ours, and how many attempts meet with it."""

pytestmark = pytest.mark.skipif(not AIMOCK, reason="AIMOCK does not name the folder of @copilotkit/aimock")


@contextmanager
def witness(folder: Path, fault: dict[str, Any], times: int) -> Iterator[str]:
    """The URL of an aimock that fails the first request so often, then asks for the command, then is done."""
    first: list[dict[str, Any]] = [{"match": {"turnIndex": 0, "sequenceIndex": n}, **fault} for n in range(times)]
    whole = {"match": {"turnIndex": 0, "sequenceIndex": times}, "response": {"toolCalls": [CALL]}}
    done = {"match": {"turnIndex": 1}, "response": {"content": "Done."}}
    fixtures = folder / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": [*first, whole, done]}))
    words = ["node", f"{AIMOCK}/dist/cli.js", "-p", "0", "-f", str(fixtures)]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    try:
        told = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in server.stdout)
        yield next(found[0] for found in told if found)
    finally:
        server.terminate()
        server.communicate()


def worked(dialect: str, url: str, root: Path) -> int:
    """Runs the task in `root`; how often its command left its mark."""
    root.mkdir()
    configure(
        f'[[endpoints]]\nname = "loop"\nprotocol = "{dialect}"\nbase_url = "{url}"\napi_key = "k"\nmodels = ["m"]\n'
        '[[models]]\nid = "m"\nprovider = "p"\n'
    )
    droidlite("exec", "-m", "m", "--auto", "high", "Run it.", cwd=root)
    effects = root / "effects"
    return len(effects.read_text().split()) if effects.exists() else 0


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", FAULTS)
def test_both_count_the_same_attempts(name: str, dialect: str, tmp_path: Path) -> None:
    fault, said, times = FAULTS[name]
    with witness(tmp_path, fault, times) as url:
        theirs = worked(dialect, url + ("" if dialect == "anthropic" else "/v1"), tmp_path / "theirs")
        with urlopen(f"{url}/__aimock/journal") as journal:
            seen = [entry["path"] for entry in json.load(journal) if entry["method"] == "POST"]
    with Loopback([*[said] * times, Said(calls=ASKED), Said("Done.")]) as server:
        ours = worked(dialect, server.url(dialect), tmp_path / "ours")
    assert (len(seen), theirs) == (len(server.requests), ours)
