"""The SDKs are loaded late and lean, and look whole to whoever uses them otherwise."""

import json
import subprocess
import sys

import pytest

LEAN = """
import json, sys
import droidlite.providers as providers
before = [name for name in ("anthropic", "openai", "httpx2", "pydantic") if name in sys.modules]
providers.warm({protocol!r})
print(json.dumps([before, sum(name.split(".")[0] == {sdk!r} for name in sys.modules)]))
"""
WHOLE = """
import json, subprocess, sys
from droidlite.providers.sdk import load
load({sdk!r})
import {sdk} as lean
names = json.loads(sys.stdin.read())
print(json.dumps([name for name in names if not hasattr(lean, name)]))
assert lean.__version__ and lean.types.__name__ == {sdk!r} + ".types" and {extra}
from {sdk} import *
assert {client}
"""


def run(code: str, given: str = "") -> object:
    done = subprocess.run([sys.executable, "-c", code], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("protocol", "sdk", "modules"), [("anthropic", "anthropic", 400), ("openai-chat", "openai", 200)]
)
def test_nothing_is_loaded_before_and_little_after(protocol: str, sdk: str, modules: int) -> None:
    before, after = run(LEAN.format(protocol=protocol, sdk=sdk))
    assert before == []
    assert 10 < after < modules


@pytest.mark.parametrize(
    ("sdk", "client", "extra"),
    [
        ("anthropic", "Anthropic and NotFoundError", "lean.types.message.Message"),
        ("openai", "OpenAI and NotFoundError", "lean.types.chat.ChatCompletion"),
    ],
)
def test_every_public_name_is_still_there(sdk: str, client: str, extra: str) -> None:
    names = run(f"import json, {sdk}; print(json.dumps([n for n in dir({sdk}) if n[0] != chr(95)]))")
    assert run(WHOLE.format(sdk=sdk, client=client, extra=extra), json.dumps(names)) == []


def test_what_is_called_later_is_the_sdks_own() -> None:
    """Its tracing, which is loaded where OpenTelemetry is set up and not before."""
    program = """
import json, sys
from droidlite.providers.sdk import load
load("anthropic")
import anthropic.lib._tracing as tracing
before = [name for name in sys.modules if name.startswith("anthropic.lib._tracing._") or name.endswith("create_params")]
read = tracing.get({"a": 1}, "a")
from anthropic.lib._tracing._utils import get
print(json.dumps([before, read, get({"a": 2}, "a"), tracing.OpenTelemetryConfig.__name__]))
"""
    assert run(program) == [
        ["anthropic.lib._tracing._attributes", "anthropic.lib._tracing._config"],
        1,
        2,
        "OpenTelemetryConfig",
    ]
