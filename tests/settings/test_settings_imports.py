"""Reading settings must not load what only some runs need."""

import json
import subprocess
import sys

HEAVY = ["genai_prices", "pydantic", "asyncio", "http.client", "platformdirs", "difflib", "ssl", "xllamacpp"]
PROGRAM = """
import json, sys
from pathlib import Path
from droidlite.settings import candidates, catalog, endpoints, loading, local_servers, memory, paths, policy, secrets
here = paths.Places(Path("none"), Path("none"), Path("none"))
settings = loading.load_settings(Path("."), {}, here)
choices = candidates.candidates(
    settings, policy.Policy(), endpoints.find_endpoints(settings, {"OPENAI_API_KEY": "k"}),
    catalog.load_catalog(settings), here, {})
candidates.default_model(choices)
print(json.dumps([name for name in json.loads(sys.argv[1]) if name in sys.modules]))
"""


def test_choosing_a_model_loads_nothing_heavy() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(HEAVY)], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(ran.stdout) == []
