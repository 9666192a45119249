"""A check that fails on a tree which nobody changed costs no more rounds, no run and no switch."""

from pathlib import Path

import pytest
from binary import call, configure, droidlite, endpoint_settings, write_script
from loopback import Asked, Loopback, Said

COUNTED = "echo x >> ../ran; false"
"""A check that fails, and leaves a line for each time it ran, outside the folder it checks: without the sandbox."""
NOTHING = "Nothing could be changed: this run is read-only; --auto low lets it edit."


def times(folder: Path) -> int:
    return len((folder.parent / "ran").read_text().splitlines())


@pytest.mark.parametrize("tries", [Asked("write", {"file_path": "b.py", "content": "x"}), None])
def test_a_read_only_run_ends_with_its_first_failed_check(folder: Path, home: Path, tries: Asked | None) -> None:
    asked = [Said(calls=(tries,))] if tries else []
    cheap, strong = Loopback([*asked, Said("I may not.")]), Loopback([Said("Never asked.")])
    with cheap, strong:
        configure(
            endpoint_settings(cheap.endpoint("openai-chat"), name="cheap", models='["MiniMax-M3"]')
            + endpoint_settings(strong.endpoint("anthropic"), name="strong", models='["claude-opus-4-8"]')
        )
        ran = droidlite(
            "exec", "--sandbox", "off", "--verify", COUNTED, "-o", "json", "fix the failing test", cwd=folder
        )
    assert (ran.code, ran.result["routing"]["switches"], strong.requests) == (4, [], [])
    assert (len(cheap.requests), times(folder)) == (len(asked) + 1, 2)  # one run, and once more to see if it is flaky
    assert (ran.result["verify"]["reason"], ran.err.count(NOTHING)) == (NOTHING, 1)
    up_front = ran.err.index("This run is read-only: the check can only tell how things are.")
    assert up_front < ran.err.index("verify  ")


def test_a_round_that_changes_nothing_is_the_last_and_the_check_not_run_again(folder: Path, tmp_path: Path) -> None:
    env = write_script(
        tmp_path / "s", [{"text": "Done."}, {"calls": [call("shell", command="ls")]}, {"text": "Still."}]
    )
    words = ("-m", "scripted", "--auto", "medium", "-o", "json", "--sandbox", "off", "--verify", COUNTED)
    ran = droidlite("exec", *words, "fix it", cwd=folder, env=env)
    assert (ran.code, ran.result["num_turns"], times(folder)) == (4, 3, 2)
    assert "Nothing could be changed" not in ran.err


def test_what_was_refused_above_read_only_is_named_as_the_reason(folder: Path, tmp_path: Path) -> None:
    refused = {"calls": [call("shell", command="make install")]}
    env = write_script(tmp_path / "s", [refused, {"text": "Done."}, {"text": "Still."}])
    words = ("-m", "scripted", "--auto", "low", "-o", "json", "--sandbox", "off", "--verify", COUNTED)
    ran = droidlite("exec", *words, "fix it", cwd=folder, env=env)
    assert (ran.code, ran.result["num_turns"], times(folder)) == (4, 3, 2)
    assert "Nothing could be changed: what was tried is not allowed in this session." in ran.err


@pytest.mark.parametrize(
    ("auto", "check", "denied"),
    [("low", "make test", []), ("low", "[ -e b.py ] || make test", []), ("off", "make test", ["make test"])],
)
def test_the_model_may_run_the_check_where_it_may_edit(
    folder: Path, tmp_path: Path, auto: str, check: str, denied: list[str]
) -> None:
    (folder / "Makefile").write_text("test:\n\ttouch b.py\n")
    env = write_script(tmp_path / "s", [{"calls": [call("shell", command=check)]}, {"text": "Done."}])
    words = ("-m", "scripted", "-o", "json", "--verify", check, *(("--auto", auto) if auto != "off" else ()))
    ran = droidlite("exec", *words, "fix it", cwd=folder, env=env)
    assert (ran.code, ran.result["permission_denials"]) == (0, denied)
