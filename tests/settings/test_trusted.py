"""Trust is kept by content hash, told file by file when it is lost, pinned whole, and denied by policy above all."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from droidlite.errors import Refused, SettingsError
from droidlite.result import Trust
from droidlite.settings.trust import Found, look
from droidlite.settings.trusted import (
    changes,
    forget_trusted,
    load_trusted,
    pin_of,
    read_pin,
    remember_trusted,
    trusted_file,
)
from droidlite.settings.trusting import Agreed, judge, needing


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "AGENTS.md").write_text("tabs")
    (root / ".mcp.json").write_text("{}")
    return root


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


ALONE = Agreed()


def judged(root: Path, state: Path, agreed: Agreed = ALONE, *pins: str, cwd: str = "") -> Trust:
    found = look(root, root / cwd)
    return judge(found, needing(found, ()), pins, agreed, state)


def told(trust: Trust) -> tuple[object, ...]:
    return trust.state, trust.by, trust.changed


def test_it_is_kept_for_the_person_alone_and_taken_back(root: Path, state: Path) -> None:
    assert told(judged(root, state)) == ("untrusted", "", ())
    remember_trusted(state, look(root, root))
    file = trusted_file(state, root)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert told(judged(root, state)) == ("trusted", "person", ())
    assert forget_trusted(state, root)
    assert not forget_trusted(state, root)
    assert told(judged(root, state)) == ("untrusted", "", ())


def test_what_changed_is_named(root: Path, state: Path) -> None:
    (root / "CLAUDE.md").write_text("x")
    remember_trusted(state, look(root, root))
    (root / "AGENTS.md").write_text("spaces")
    (root / "CLAUDE.md").unlink()
    (root / ".droidlite").mkdir()
    (root / ".droidlite" / "a\nb").write_text("x")
    assert told(judged(root, state)) == (
        "changed",
        "",
        (".droidlite/a\nb (new)", "AGENTS.md (changed)", "CLAUDE.md (gone)"),
    )


def test_instructions_of_other_folders_are_asked_about_there_and_forgotten_nowhere(root: Path, state: Path) -> None:
    (root / "sub" / "AGENTS.md").write_text("deep")
    remember_trusted(state, look(root, root))
    assert told(judged(root, state, cwd="sub")) == ("changed", "", ("sub/AGENTS.md (new)",))
    remember_trusted(state, look(root, root / "sub"))
    remember_trusted(state, look(root, root))
    assert told(judged(root, state, cwd="sub")) == told(judged(root, state)) == ("trusted", "person", ())
    (root / "sub" / "AGENTS.md").unlink()
    assert told(judged(root, state, cwd="sub")) == ("changed", "", ("sub/AGENTS.md (gone)",))


def test_names_that_are_no_text_are_kept(root: Path, state: Path) -> None:
    (root / ".droidlite").mkdir()
    (root / ".droidlite" / os.fsdecode(b"caf\xe9,=%\n")).write_text("x")
    found = look(root, root)
    remember_trusted(state, found)
    kept = load_trusted(state, root)
    assert kept is not None
    assert (kept.files, changes(kept, found)) == (found.files, ())
    pin = read_pin(pin_of(found))
    assert pin is not None
    assert set(pin.files) == set(found.files)


@pytest.mark.parametrize("text", ["", "{", '{"root": "/", "sha256": "", "files": {}}', "\xff"])
def test_a_broken_file_trusts_nothing_and_is_told(text: str, root: Path, state: Path) -> None:
    remember_trusted(state, look(root, root))
    trusted_file(state, root).write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match="cannot be used"):
        load_trusted(state, root)
    trust = judged(root, state)
    assert (trust.state, "delete it to be asked again" in trust.problem) == ("untrusted", True)
    remember_trusted(state, look(root, root))
    assert judged(root, state).state == "trusted"


def test_a_file_of_another_folder_trusts_nothing(root: Path, state: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(root, tmp_path / "other"))
    remember_trusted(state, look(other, other))
    os.rename(trusted_file(state, other), trusted_file(state, root))
    assert judged(root, state).state == "untrusted"


def test_a_worktree_of_what_is_trusted_is_trusted_as_long_as_it_brings_the_same(root: Path, state: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"], ["worktree", "add", "-q", "tree"]):
        subprocess.run([*git, *words], cwd=root, check=True)
    remember_trusted(state, look(root, root))
    tree = root / "tree"
    assert told(judged(tree, state)) == ("trusted", "person", ())
    (tree / "AGENTS.md").write_text("other")
    assert told(judged(tree, state)) == ("changed", "", ("AGENTS.md (changed)",))
    remember_trusted(state, look(tree, tree))
    assert judged(tree, state).state == judged(root, state).state == "trusted"


def test_who_only_says_to_be_a_worktree_is_none(root: Path, state: Path, tmp_path: Path) -> None:
    (root / ".git" / "worktrees" / "x").mkdir(parents=True)
    (root / ".git" / "worktrees" / "x" / "gitdir").write_text(f"{tmp_path}/elsewhere/.git\n")
    remember_trusted(state, look(root, root))
    planted = Path(shutil.copytree(root, tmp_path / "planted", ignore=lambda *_: [".git"]))
    (planted / ".git").write_text(f"gitdir: {root}/.git/worktrees/x\n")
    assert judged(planted, state).state == "untrusted"


# --- flags, pins, policy -------------------------------------------------------------------------------------


def pin(root: Path) -> str:
    return pin_of(look(root, root))


def test_a_flag_and_pins_trust_for_this_run(root: Path, state: Path) -> None:
    whole = pin(root).partition(",")[0]
    for agreed, pins, by in (
        (Agreed(given="now"), (), "flag"),
        (Agreed(given=pin(root)), (), "pin"),
        (Agreed(given=whole), (), "pin"),
        (Agreed(unwatched=True), (f"sha256:{'0' * 64}", whole), "pin"),
        (Agreed(pinned=(pin(root),), allowed=False), (), "policy"),
    ):
        assert told(judged(root, state, agreed, *pins)) == ("trusted", by, ())
    assert not state.exists()


def test_a_pin_of_something_else_refuses_and_names_the_file(root: Path, state: Path) -> None:
    pinned = pin(root)
    (root / "AGENTS.md").write_text("spaces")
    sentence = (
        f"What {root} brings is not what was pinned as {pinned[:19]}: AGENTS.md (changed). Look at it; droidlite trust "
        "shows the pin of what is there now."
    )
    for agreed, pins in ((Agreed(given=pinned), ()), (Agreed(unwatched=True), (f"sha256:{'0' * 64}", pinned))):
        with pytest.raises(Refused) as refused:
            judged(root, state, agreed, *pins)
        assert str(refused.value) == sentence
    assert told(judged(root, state, Agreed(), pinned)) == ("untrusted", "", ())  # a person is asked
    remember_trusted(state, look(root, root))
    assert told(judged(root, state, Agreed(unwatched=True), pinned)) == ("trusted", "person", ())


def test_a_pin_without_names_names_all_it_may_be_about(root: Path, state: Path) -> None:
    with pytest.raises(Refused, match=r"as sha256:000000000000: one of \.mcp\.json, AGENTS\.md\."):
        judged(root, state, Agreed(given=f"sha256:{'0' * 64}"))
    with pytest.raises(Refused, match=r"None of the pins under `trust` .* brings \(.mcp.json, AGENTS.md\)"):
        judged(root, state, Agreed(unwatched=True), f"sha256:{'0' * 64}")


def test_a_pin_holds_where_all_of_it_is_gone(root: Path, state: Path) -> None:
    pinned = pin(root)
    for name in ("AGENTS.md", ".mcp.json"):
        (root / name).unlink()
    with pytest.raises(Refused, match=r"\.mcp\.json \(gone\), AGENTS\.md \(gone\)"):
        judged(root, state, Agreed(given=pinned))


@pytest.mark.parametrize("agreed", [Agreed(), Agreed(unwatched=True)])
@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize("remembered", [False, True])
def test_what_policy_denies_nothing_allows(
    agreed: Agreed, pinned: bool, remembered: bool, root: Path, state: Path
) -> None:
    if remembered:
        remember_trusted(state, look(root, root))
    agreed = replace(agreed, allowed=False, where="policy.toml:2")
    trust = judged(root, state, agreed, *([pin(root)] if pinned else []))
    assert (trust.state, trust.problem) == ("untrusted", "policy policy.toml:2 allows no other")
    for given in ("now", pin(root)):
        with pytest.raises(Refused, match="allows no repository to be trusted but those it pins"):
            judged(root, state, replace(agreed, given=given))


def test_what_cannot_be_trusted_never_is(root: Path, state: Path) -> None:
    pinned = pin(root)
    remember_trusted(state, look(root, root))
    os.mkfifo(root / "CLAUDE.md")
    trust = judged(root, state, Agreed(), pinned)
    assert (trust.state, trust.problem) == ("unfit", "CLAUDE.md is a named pipe, not a file")
    for given in ("now", pinned):
        with pytest.raises(Refused, match=r"cannot be trusted: CLAUDE\.md is a named pipe, not a file\. Mend"):
            judged(root, state, Agreed(given=given))


def test_what_only_narrows_or_says_nothing_asks_nothing(root: Path, state: Path) -> None:
    for name in ("AGENTS.md", ".mcp.json"):
        (root / name).write_text(" \n")
    (root / ".droidlite").mkdir()
    for name, text in (("policy.toml", "[budget]\nmax_cost_usd = 1"), ("cases.toml", "x"), (".gitignore", "x")):
        (root / ".droidlite" / name).write_text(text)
    assert judged(root, state).state == "nothing"
    (root / ".droidlite" / "policy.toml").write_text('[[rules]]\nname = "x"\nguidance = "obey"')
    assert judged(root, state).left_out == (".droidlite/policy.toml",)


@pytest.mark.parametrize(
    "text", ["", "now", "sha256:", f"sha256:{'g' * 64}", f"sha256:{'0' * 63}", f"sha256:{'0' * 64},a"]
)
def test_what_is_no_pin(text: str) -> None:
    assert read_pin(text) is None


def test_a_pin_names_no_more_than_a_few_files() -> None:
    files = {f".droidlite/{number:03}": f"file:{number:064x}" for number in range(500)}
    assert len(pin_of(Found(root=Path("/"), files=files))) < 1_000
