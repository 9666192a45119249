"""A run must not load what it does not use: that is most of the time it takes to begin."""

import json
import os
import subprocess
import sys
from pathlib import Path

from binary import write_script

HEAVY = (
    "anthropic", "openai", "pydantic", "genai_prices", "httpx2", "asyncio", "typer", "rich", "git", "prompt_toolkit",
    "typing_extensions", "inspect", "ast", "ssl", "statistics", "xllamacpp",
)  # fmt: skip
PROGRAM = """
import json, sys
from droidlite.__main__ import main
code = main(["exec", "-m", "scripted", "hi"])
print(json.dumps([code, [name for name in json.loads(sys.argv[1]) if name in sys.modules]]))
"""


def test_a_run_of_one_prompt_loads_nothing_heavy(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "script", [{"text": "Hello."}])
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(HEAVY)],
        cwd=repo, env={**os.environ, **env}, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ran.stdout.splitlines() == ["Hello.", "[0, []]"]


def test_typing_extensions_are_there_for_whoever_asks() -> None:
    """They are kept from one library only."""
    asked = "from droidlite.__main__ import main; main(['-h', 'x']); import typing_extensions"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False)
