"""The programs we compare with: each installed from PyPI into an environment of its own, pointed at our service.

Each gets what makes it quickest: a first run behind it, no telemetry, no update check, no price list from the network.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from measuring import Place, Seen, Service, note

PATIENCE = 60.0
"""Seconds a program may take to its first request."""
O200K_HASH = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
"""SHA-256 of the table of the o200k_base encoding, as its authors publish it."""
COUNT = f"""
import bpe_openai, gzip, hashlib, json, pathlib, sys
table = gzip.open(pathlib.Path(bpe_openai.__file__).parent / "data" / "o200k_base.tiktoken.gz").read()
assert hashlib.sha256(table).hexdigest() == "{O200K_HASH}", "not the o200k_base table"
encoding = bpe_openai.get_encoding("o200k_base")
json.dump([len(encoding.encode_ordinary(text)) for text in json.load(sys.stdin)], sys.stdout)
"""


@dataclass(frozen=True)
class Comparator:
    """A program: what pip installs, the oldest Python it takes, and the words that ask it to answer "hi"."""

    name: str
    packages: tuple[str, ...]
    words: tuple[str, ...]
    python: tuple[int, int] = (3, 11)


COMPARATORS = (
    # litellm imports mcp on its first call without requiring it (mini-swe-agent 2.4.6, litellm 1.106.2)
    Comparator(
        "mini-swe-agent",
        ("mini-swe-agent", "mcp"),
        ("mini", "-y", "--exit-immediately", "-m", "openai/bench", "-t", "hi"),
    ),
    Comparator("mistral-vibe", ("mistral-vibe",), ("vibe", "--trust", "-p", "hi"), (3, 12)),
    Comparator("llm", ("llm",), ("llm", "-m", "bench", "hi")),
)


def install(folder: Path, packages: tuple[str, ...], python: tuple[int, int] = (3, 11)) -> Path:
    """The bin folder of an environment with these packages, made if it is not there. SystemExit where it cannot be."""
    environment = folder / packages[0]
    stamp = environment / "installed"
    if not stamp.exists():
        note(f"installing {' and '.join(packages)} into {environment}")
        subprocess.run([find_python(python), "-m", "venv", "--clear", str(environment)], check=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        if subprocess.run([*pip, *packages], check=False).returncode:
            sys.exit(f"{packages[0]} could not be installed; --no-tools leaves the comparison out")
        stamp.write_text(" ".join(packages) + "\n")
    return environment / "bin"


def find_python(least: tuple[int, int]) -> str:
    """This Python where it is new enough, else any newer one in the PATH or among pyenv's."""
    if sys.version_info >= least:
        return sys.executable
    names = [shutil.which(f"python3.{minor}") for minor in range(least[1], least[1] + 4)]
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    for found in [*filter(None, names), *sorted(map(str, root.glob("3.*/bin/python3")))]:
        check = f"import sys; sys.exit(sys.version_info < {least})"
        if subprocess.run([found, "-c", check], check=False, capture_output=True).returncode == 0:
            return found
    sys.exit(f"a Python {least[0]}.{least[1]} or newer is needed for a comparison; --no-tools leaves it out")


def count_o200k(folder: Path, texts: list[str]) -> list[int]:
    """Tokens of each text by o200k_base."""
    python = install(folder, ("bpe-openai",)) / "python"
    ran = subprocess.run([python, "-c", COUNT], input=json.dumps(texts), capture_output=True, text=True, check=True)
    counts: list[int] = json.loads(ran.stdout)
    return counts


def settle_in(place: Place, service: Service) -> dict[str, str]:
    """Writes the settings of every comparator for this service; the environment they run in."""
    url = service.url("openai-chat")
    (place.home / "extra-openai-models.yaml").write_text(
        f"- model_id: bench\n  model_name: bench\n  api_base: {url}\n  api_key_name: openai\n"
    )
    (place.home / "config.toml").write_text(
        'active_model = "bench"\nenable_telemetry = false\nenable_update_checks = false\nenable_auto_update = false\n'
        "[experiments]\nenable = false\n[session_logging]\ngenerate_titles = false\n"
        f'[[providers]]\nname = "loop"\napi_base = "{url}"\napi_key_env_var = "OPENAI_API_KEY"\n'
        '[[models]]\nname = "bench"\nprovider = "loop"\nalias = "bench"\n'
    )
    return place.env | {
        "OPENAI_API_KEY": "test",
        "OPENAI_API_BASE": url,
        "LLM_USER_PATH": str(place.home),
        "VIBE_HOME": str(place.home),
        "MSWEA_GLOBAL_CONFIG_DIR": str(place.home),
        "MSWEA_CONFIGURED": "true",
        "MSWEA_SILENT_STARTUP": "1",
        "MSWEA_COST_TRACKING": "ignore_errors",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def first_request(words: list[str], env: dict[str, str], root: Path, service: Service) -> tuple[float, Seen]:
    """Starts a program and ends it at its first request for a reply: the seconds between, and the request."""
    known = len(service.requests)
    began = time.monotonic()
    program = subprocess.Popen(
        words, cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    try:
        while time.monotonic() < began + PATIENCE:
            for seen in service.requests[known:]:
                if seen.dialect:
                    return seen.at - began, seen
            time.sleep(0.002)
    finally:
        os.killpg(program.pid, signal.SIGKILL)
        output, _ = program.communicate()
    sys.exit(f"{words[0]} sent nothing in {PATIENCE:g} s: {output.decode(errors='replace')[-1000:]}")
