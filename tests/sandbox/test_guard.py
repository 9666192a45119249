"""What had to stay is put back, and what stood there instead is kept aside."""

from pathlib import Path

from droidlite.sandbox.guard import look, put_back


def test_what_was_changed_added_or_taken_away_is_put_back(tmp_path: Path) -> None:
    git, settings, aside = tmp_path / ".git", tmp_path / ".droidlite", tmp_path / "aside"
    (git / "hooks").mkdir(parents=True)
    (git / "config").write_text("[core]\n")
    (git / "HEAD").write_text("ref: x\n")
    (git / "HEAD").chmod(0o600)
    watched = (git, settings)
    before = look(watched)
    (git / "config").write_text("[core] fsmonitor = x\n")
    (git / "hooks" / "post-checkout").write_text("id\n")
    (git / "HEAD").unlink()
    settings.mkdir()
    (settings / "config.toml").write_text('autonomy = "high"\n')
    changed = put_back(before, watched, aside)
    assert changed == tuple(
        str(path)
        for path in (settings, settings / "config.toml", git / "HEAD", git / "config", git / "hooks" / "post-checkout")
    )
    assert look(watched) == before
    kept = sorted(path.read_text() for path in aside.rglob("*") if path.is_file())
    assert kept == ["[core] fsmonitor = x\n", 'autonomy = "high"\n', "id\n"]
    assert put_back(before, watched, aside) == ()


def test_a_folder_that_was_moved_away_and_a_link_in_its_place(tmp_path: Path) -> None:
    git, evil = tmp_path / ".git", tmp_path / "evil"
    git.mkdir()
    evil.mkdir()
    (git / "config").write_text("[core]\n")
    (evil / "config").write_text("[core] fsmonitor = x\n")
    before = look((git,))
    git.rename(tmp_path / "away")
    git.symlink_to(evil)
    assert str(git) in put_back(before, (git,), tmp_path / "aside")
    assert (git.is_symlink(), (git / "config").read_text()) == (False, "[core]\n")
    assert (evil / "config").read_text() == "[core] fsmonitor = x\n"


def test_a_link_is_put_back_as_it_was(tmp_path: Path) -> None:
    link = tmp_path / ".agents"
    link.symlink_to("theirs")
    before = look((link,))
    link.unlink()
    link.symlink_to("others")
    assert put_back(before, (link,), tmp_path / "aside") == (str(link),)
    assert link.readlink() == Path("theirs")
