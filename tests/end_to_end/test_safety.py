"""What no flag, prompt or repository may get past, through the true binary."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from binary import call, droidlite, write_script
from terminal import Terminal

LEVELS = ("off", "low", "medium", "high")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    return root


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "policy.toml"
    monkeypatch.setenv("DROIDLITE_POLICY", str(path))
    return path


@pytest.mark.parametrize("most", LEVELS)
def test_policy_also_narrows_the_autonomy_nobody_asked_for(most: str, repo: Path, policy: Path, tmp_path: Path) -> None:
    policy.write_text(f'[autonomy]\nmax = "{most}"\n')
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("write", file_path="a", content="x")]}, {"text": "Done."}])
    with Terminal(cwd=repo, env=env) as terminal:
        terminal.sees(f"autonomy {'off' if most == 'off' else 'low'}")
        terminal.type("write a\r")
        if most == "off":
            terminal.sees("Yes, this once")
            assert not (repo / "a").exists()
            return
        terminal.sees("Done.")
        assert (repo / "a").read_text() == "x"
        assert terminal.leaves() == 0


@pytest.mark.parametrize("most", LEVELS)
def test_exec_without_auto_stays_read_only_under_every_policy(
    most: str, repo: Path, policy: Path, tmp_path: Path
) -> None:
    policy.write_text(f'[autonomy]\nmax = "{most}"\n')
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("write", file_path="a", content="x")]}, {"text": "Done."}])
    ran = droidlite("exec", "-o", "json", "write a", cwd=repo, env=env)
    assert (ran.result["permission_denials"], (repo / "a").exists()) == (["a"], False)
    assert "lowered" not in ran.err  # nobody asked for more
