"""-C and a start in a subfolder: that is where commands, checks and paths are; the repository is what confines."""

import json
from pathlib import Path
from typing import Any

import pytest
from binary import call, configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said
from terminal import Terminal


@pytest.fixture
def repo(repo: Path) -> Path:
    (repo / "sub").mkdir()
    (repo / "sub" / "only-here").write_text("needle below\n")
    (repo / "top.txt").write_text("needle above\n")
    return repo


def contents(out: str) -> list[str]:
    events: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    return [event["content"] for event in events if event["type"] == "call_finished"]


def test_commands_and_checks_run_where_the_person_is(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command="pwd; ls")]}, {"text": "Done."}])
    words = ["exec", "--auto", "high", "--verify", "test -f only-here", "-o", "stream-json", "x"]
    for ran in (droidlite(*words, "-C", "sub", cwd=repo, env=env), droidlite(*words, cwd=repo / "sub", env=env)):
        assert (ran.code, contents(ran.out)) == (0, [f"{repo}/sub\nonly-here\n(exit code 0)"])
        assert json.loads(ran.out.splitlines()[0])["cwd"] == f"{repo}/sub"


def test_paths_are_relative_to_it_and_may_reach_the_rest_of_the_repository(repo: Path, tmp_path: Path) -> None:
    steps = [
        call("read", file_path="only-here"),
        call("grep", pattern="needle"),
        call("grep", pattern="needle", path=".."),
        call("glob", pattern="*", path=".."),
        call("write", file_path="new/made.txt", content="x\n"),
        call("read", file_path="../top.txt"),
        call("edit", file_path="../top.txt", old_string="above", new_string="ABOVE"),
        call("write", file_path="../../out.txt", content="x\n"),
    ]
    env = write_script(tmp_path / "s.jsonl", [*({"calls": [step]} for step in steps), {"text": "Done."}])
    ran = droidlite("exec", "--auto", "low", "-o", "stream-json", "x", "-C", "sub", cwd=repo, env=env)
    read, below, all_, listed, made, _, edited, out = contents(ran.out)
    assert "needle below" in read
    assert below == "only-here:1:needle below"
    assert sorted(all_.splitlines()) == ["../top.txt:1:needle above", "only-here:1:needle below"]
    assert sorted(listed.splitlines()) == ["../top.txt", "only-here"]
    assert "new/made.txt" in made
    assert "../top.txt" in edited
    assert f"outside the working folder {repo}" in out
    assert (repo / "sub" / "new" / "made.txt").read_text() == "x\n"
    assert (repo / "top.txt").read_text() == "needle ABOVE\n"


def test_what_a_command_may_touch_is_seen_from_where_it_runs(repo: Path, tmp_path: Path) -> None:
    """A link beside the command leads out, though one of that name at the root does not."""
    (tmp_path / "secret").write_text("secret-content")
    (repo / "sub" / "link").symlink_to(tmp_path / "secret")
    (repo / "link").write_text("harmless")
    env = write_script(tmp_path / "s.jsonl", [{"calls": [call("shell", command="cat link")]}, {"text": "Done."}])
    ran = droidlite("exec", "--auto", "low", "-o", "stream-json", "x", "-C", "sub", cwd=repo, env=env)
    assert "secret-content" not in ran.out
    ran = droidlite("exec", "--auto", "low", "-o", "stream-json", "x", cwd=repo, env=env)
    assert contents(ran.out) == ["harmless\n(exit code 0)"]


def test_the_model_is_told_both_folders(repo: Path) -> None:
    with Loopback([Said("Done.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        assert droidlite("exec", "-m", "claude-sonnet-5", "x", "-C", "sub", cwd=repo).code == 0
        (seen,) = server.requests
    told = json.dumps(seen.json["messages"])
    assert f"Repository: {repo}\\nWorking folder: {repo}/sub\\n" in told


def test_typed_commands_and_mentions_are_of_that_folder(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}])
    with Terminal(cwd=repo / "sub", env=env) as terminal:
        terminal.sees("autonomy low")
        terminal.type("!cat only-here\r")
        terminal.sees("needle below")
        terminal.type("look @top")
        terminal.sees("../top.txt")
        assert terminal.walks_out() == 0
