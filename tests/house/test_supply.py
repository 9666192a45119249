"""What is locked is what pyproject.toml asks for, by name, version and hash; nothing is fetched or run on import."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = {"runtime": "", "dev": "dev", "docs": "docs", "local": "local"}
"""Lock file -> extra."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MACHINES = [
    {"python_version": version, "python_full_version": f"{version}.0", "sys_platform": platform}
    for version in ("3.11", "3.12", "3.13")
    for platform in ("linux", "darwin")
]
IMPORTING = """
import importlib, pkgutil, sys
import droidlite

REFUSED = ("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.bind", "socket.send", "subprocess.Popen",
           "os.system", "os.posix_spawn", "os.fork", "os.exec")

def refuse(event, arguments):
    if event.startswith(REFUSED):
        raise RuntimeError(f"{event} on import: {arguments}")

names = [found.name for found in pkgutil.walk_packages(droidlite.__path__, "droidlite.")]
sys.addaudithook(refuse)
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""


def locked(name: str) -> dict[str, list[Requirement]]:
    """What a lock file pins, by name."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    found: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^[^#\s].*", text, re.M):
        requirement = Requirement(line.removesuffix("\\"))
        found.setdefault(requirement.name, []).append(requirement)
    return found


def asked(extra: str) -> list[Requirement]:
    """What droidlite asks for, an extra of its own spelled out."""
    texts = [*PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] if extra else ())]
    found = []
    for requirement in map(Requirement, texts):
        if requirement.name == "droidlite":
            found += [each for inner in requirement.extras for each in asked(inner)]
        else:
            found.append(requirement)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_by_hash_and_nothing_else(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    shape = re.compile(
        r"[a-z0-9-]+==[\w.]+(?: ; [^\n\\]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+(?:    #[^\n]*\n?)*\s*"
    )
    assert [entry for entry in entries if not shape.fullmatch(entry)] == []
    assert re.findall(r"://|file:|/[a-z]+/", text) == []


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: f"{each['python_version']}-{each['sys_platform']}")
def test_what_is_asked_for_is_locked_once_on_every_machine(name: str, machine: dict[str, str]) -> None:
    environment = {**default_environment(), **machine}
    pins = {
        package: [each for each in found if each.marker is None or each.marker.evaluate(environment)]
        for package, found in locked(name).items()
    }
    assert [package for package, found in pins.items() if len(found) > 1] == []
    wrong = [
        str(requirement)
        for requirement in asked(LOCKS[name])
        if not any(requirement.specifier.contains(next(iter(pin.specifier)).version) for pin in pins[requirement.name])
    ]
    assert wrong == []


def test_no_import_reaches_the_network_or_runs_anything() -> None:
    ran = subprocess.run([sys.executable, "-c", IMPORTING], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert int(ran.stdout) > 300
