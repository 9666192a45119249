"""No program that a repository's git settings name runs before a person said so."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from binary import call, droidlite, write_script

PLANTED = {
    "fsmonitor": ("core.fsmonitor", "git status"),
    "external diff": ("diff.external", "git diff"),
    "diff driver": ("diff.x.command", "git diff"),
    "text conversion": ("diff.x.textconv", "git log -p"),
    "filter": ("filter.x.clean", "git status"),
    "pager": ("core.pager", "git --no-pager log; git log"),
    "gpg": ("gpg.program", "git log -n 1 --format=%h"),
    "hook": ("hook", "git commit -q -am x"),
    "editor": ("core.editor", "git commit -a"),
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    for words in (
        ["init", "-q", "-b", "main"],
        ["config", "user.name", "n"],
        ["config", "user.email", "e@example.org"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)
    (root / "f.txt").write_text("one\n")
    (root / ".gitattributes").write_text("*.txt diff=x filter=x\n")
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    subprocess.run(["git", "commit", "-q", "-m", "x"], cwd=root, check=True)
    (root / "f.txt").write_text("two\n")
    return root


def plant(repo: Path, key: str, canary: Path) -> None:
    script = repo.parent / "program"
    script.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n")
    script.chmod(0o755)
    if key == "hook":
        (repo / ".git" / "hooks" / "pre-commit").write_bytes(script.read_bytes())
        (repo / ".git" / "hooks" / "pre-commit").chmod(0o755)
    else:
        subprocess.run(["git", "config", key, str(script)], cwd=repo, check=True)


def ran(repo: Path, command: str, tmp_path: Path, *auto: str) -> Any:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command=command)]}, {"text": "Done."}])
    return droidlite("exec", *auto, "-o", "json", "go", cwd=repo, env=env).result


@pytest.mark.parametrize("auto", [(), ("--auto", "low"), ("--auto", "medium")])
@pytest.mark.parametrize("way", PLANTED)
def test_no_planted_program_runs(way: str, auto: tuple[str, ...], repo: Path, tmp_path: Path) -> None:
    key, command = PLANTED[way]
    canary = tmp_path / "canary"
    plant(repo, key, canary)
    ran(repo, command, tmp_path, *auto)
    assert not canary.exists()


def test_a_planted_program_of_a_submodule_does_not_run(repo: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    subprocess.run(
        ["git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "sub"],
        cwd=repo,
        check=True,
    )
    plant(repo / "sub", "core.fsmonitor", canary)
    subprocess.run(["git", "status"], cwd=repo, check=True, capture_output=True)
    assert canary.exists()
    canary.unlink()
    assert ran(repo, "git status", tmp_path)["permission_denials"] == ["git status"]
    assert not canary.exists()


def test_an_ordinary_repository_is_not_asked_about(repo: Path, tmp_path: Path) -> None:
    for command in ("git status", "git diff", "git log -p -n 1"):
        assert ran(repo, command, tmp_path)["permission_denials"] == []
    assert ran(repo, "git commit -q -am two", tmp_path, "--auto", "medium")["permission_denials"] == []


def test_hooks_run_at_high_outside_the_sandbox_alone(repo: Path, tmp_path: Path) -> None:
    plant(repo, "hook", tmp_path / "canary")
    ran(repo, "git commit -q --allow-empty -m one", tmp_path, "--auto", "high")
    assert not (tmp_path / "canary").exists()
    ran(repo, "git commit -q -am two", tmp_path, "--auto", "high", "--sandbox", "off")
    assert (tmp_path / "canary").exists()
