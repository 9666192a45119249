"""Which commands are git's alone, and which begin as the settings say."""

import pytest

from droidlite.commands.reaching import begins_with, changes_git


@pytest.mark.parametrize(
    "command",
    [
        "git add -A",
        "git add -A && git commit -m 'two; three'",
        "git status && git stash",
        "cd src && git rm old.py 2>/dev/null",
        "git --no-pager checkout -b x",
        "git init -q",
        "git -C . commit -qm x",
        "git -C src -c user.name=a add . && git -C src status",
        "git -c user.name=a -c user.email=a@b commit -qm x",
        "git commit -m \"$(cat <<'EOF'\ntwo $(id)\n\nlines\nEOF\n)\"",
    ],
)
def test_gits_own(command: str) -> None:
    assert changes_git(command)


@pytest.mark.parametrize(
    "command",
    [
        "git status",
        "git init --separate-git-dir=x",
        "git -c user.name=a -c core.sshCommand=id commit -m x",
        "git -c",
        "git -C",
        "git -C . push",
        "git -C . -c core.hooksPath=x commit -m x",
        "git init --template=x",
        "git apply --unsafe-paths p",
        "git am p",
        'git commit -m "$(cat <<EOF\n$(id)\nEOF\n)"',
        "git commit -m \"$(cat <<'EOF'\nx\nEOF\nid)\"",
        "git commit -m x && sh run.sh",
        "git commit -m $(id)",
        "git commit -m x > .git/config",
        "git -c core.hooksPath=x commit -m x",
        "git --exec-path=. commit",
        "GIT_DIR=x git commit",
        "git rebase -x id main",
        "git bisect run id",
        "git submodule add x",
        "git config core.fsmonitor id",
        "git commit -m x; mv .git away",
        "sh -c 'git commit'",
        "xargs git add",
        "for f in *; do git add $f; done",
    ],
)
def test_not_gits_own(command: str) -> None:
    assert not changes_git(command)


@pytest.mark.parametrize(
    ("command", "free"),
    [
        ("git push", True),
        ("git push && git status", True),
        ("git push ./b.git HEAD:refs/heads/x", False),
        ("git push --receive-pack=id", False),
        ("docker compose up -d; docker compose logs", True),
        ("git pushy", False),
        ("git push; rm -rf /", False),
        ("git push > /etc/passwd", False),
        ("git push $(id)", False),
        ("X=1 git push", False),
        ("git status", False),
        ("", False),
    ],
)
def test_what_the_settings_let_out(command: str, free: bool) -> None:
    assert begins_with(("git push", "docker compose *", " "), command) is free
