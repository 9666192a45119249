"""No spelling of the corpus gets through, whatever is allowed by name; everyday commands mostly are not asked about."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import Spelling, benign, bypasses, place, plausible, really_works

from droidlite.commands.rules import judge
from droidlite.commands.tree import Tree
from droidlite.types import Autonomy

LEVELS: tuple[Autonomy, ...] = ("off", "low", "medium")
SAMPLE = 12
"""One of so many spellings is tried with bash in the suite; scripts/attack tries all."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(str(place(tmp_path_factory.mktemp("box")).resolve()))


def leaks(spellings: tuple[Spelling, ...], allowed: tuple[str, ...], tree: Tree) -> Iterator[tuple[str, str]]:
    for spelling in spellings:
        for level in LEVELS:
            if judge(spelling.text, level, allowed, tree=tree).allow:
                yield level, spelling.text


def test_no_spelling_runs_by_itself(tree: Tree) -> None:
    assert len(bypasses()) >= 120
    assert list(leaks(bypasses(), (), tree)) == []


def test_no_rule_lets_a_disguise_through(tree: Tree) -> None:
    assert list(leaks(bypasses(named=False), plausible(), tree)) == []


def test_the_spellings_are_no_straw_men(tmp_path: Path) -> None:
    """bash does what they are said to do."""
    working = [spelling for spelling in bypasses() if spelling.works]
    tried = [each for each in working[::SAMPLE] if shutil.which(each.text.split()[0]) or not each.text[0].isalpha()]
    assert len(tried) >= 15
    assert [each.text for at, each in enumerate(tried) if not really_works(each, tmp_path / str(at))] == []


def test_everyday_commands_are_seldom_asked_about(tree: Tree) -> None:
    texts = benign()
    asked = [text for text in texts if not judge(text, "medium", tree=tree).allow]
    print(f"asked needlessly at medium: {len(asked)} of {len(texts)} ({len(asked) / len(texts):.1%})")
    assert len(texts) >= 40
    assert len(asked) <= len(texts) // 10


def test_a_rule_for_git_covers_no_program_that_the_repository_names(tmp_path: Path) -> None:
    root = place(tmp_path)
    before = judge("git commit -m x", "low", ("git commit",), tree=Tree(str(root.resolve())))
    with (root / ".git" / "config").open("a") as file:
        file.write('[filter "x"]\n\tclean = ./x\n')
    after = judge("git commit -m x", "low", ("git commit",), tree=Tree(str(root.resolve())))
    assert (before.allow, after.allow) == (True, False)
    assert after.reason == "this repository's git settings may run a program or lead elsewhere (clean)"


@pytest.mark.parametrize(
    ("rule", "covered", "asked"),
    [
        ("find", "find src -newer a -name x", "find . -delete"),
        ("find . -delete", "find . -delete", "find src -delete"),
        ("git push", "git push origin main", "git push --receive-pack=./x . HEAD"),
        ("git", "git push --force", "git zz"),
        ("git", "git reset --hard HEAD~1", "git -c a.b=c reset --hard"),
        ("xargs grep", "xargs grep -n x", "xargs rm"),
        ("xargs", "xargs", "xargs grep x"),
        ("timeout", "timeout 5 ls", "timeout -s KILL 5 rm x"),
        ("make", "make install", "make SHELL=./x"),
        ("curl", "curl -s https://example.org/a", "curl -s https://example.org/a -o /etc/hosts"),
        ("curl", "curl https://example.org", "curl file:///etc/passwd"),
        ("touch", "touch a", "touch ../a"),
        ("touch ../a", "touch ../a b", "touch ../b"),
        ("tar", "tar czf a.tgz src", "tar czf a.tgz * "),
        ("tar", "tar xf a.tar", "tar cIf ./x a.tar src"),
        ("python -m pytest", "python -m pytest -q", "python -m pytest --pdbcls=x:y"),
        ("docker run", "docker run --rm -p 8080:80 image", "docker run -v /:/m image"),
        ("cp", "cp a b", "cp a .git/hooks/pre-commit"),
        ("mytool", "mytool --exec rm -c x", "mytool ../x"),
        ("printf", "printf -- '-v'", "printf -v 'a[$(id)]' x"),
    ],
)
def test_a_rule_allows_what_its_program_is_for(rule: str, covered: str, asked: str, tree: Tree) -> None:
    assert judge(covered, "low", (rule,), tree=tree).allow
    verdict = judge(asked, "low", (rule,), tree=tree)
    assert (verdict.allow, verdict.prefixes) == (False, ())
