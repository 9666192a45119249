"""scripts/sbom: valid CycloneDX, every package with its licence, and a failure for one that nobody decided on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from cyclonedx.validation.xml import MissingOptionalDependencyException

SCRIPT = Path(__file__).parents[2] / "scripts" / "sbom"


def sbom(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(SCRIPT), *words]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=False)


def test_what_droidlite_runs_with() -> None:
    ran = sbom(SOURCE_DATE_EPOCH="0")
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    names = {component["name"] for component in told["components"]}
    assert {"anthropic", "openai", "msgspec", "rich", "tree-sitter-bash"} <= names
    assert names & {"pytest", "ruff", "hypothesis", "numpy", "boto3"} == set()
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert (told["metadata"]["component"]["name"], told["metadata"]["timestamp"][:4]) == ("droidlite", "1970")
    assert all(component["licenses"] and component["purl"] for component in told["components"])
    edges = {each["ref"]: each.get("dependsOn", []) for each in told["dependencies"]}
    refs = {component["bom-ref"] for component in (told["metadata"]["component"], *told["components"])}
    assert (set(edges), {ref for below in edges.values() for ref in below} - refs) == (refs, set())
    try:
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(ran.stdout) is None
    except MissingOptionalDependencyException:
        pytest.skip("the schema's own validator is not installed")


@pytest.mark.parametrize("extra", ["dev", "eval", "bedrock"])
def test_each_extra_that_is_installed_here(extra: str) -> None:
    ran = sbom(extra)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_licence_nobody_decided_on_fails(tmp_path: Path) -> None:
    package = tmp_path / "sniffio-9.9.dist-info"
    package.mkdir()
    (package / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: sniffio\nVersion: 9.9\nLicense-Expression: AGPL-3.0\n"
    )
    ran = sbom(PYTHONPATH=str(tmp_path))
    assert (ran.returncode, ran.stderr) == (1, "scripts/sbom: sniffio: AGPL-3.0: not one that was decided on\n")


def test_an_extra_that_is_not_there() -> None:
    ran = sbom("nothing")
    assert (ran.returncode, ran.stdout, ran.stderr.partition(":")[0]) == (2, "", "scripts/sbom")
