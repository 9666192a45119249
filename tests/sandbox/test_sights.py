"""What of the machine is seen: no home but the tools in it, no key beside them."""

import os
from pathlib import Path

import pytest

from droidlite.sandbox.sights import credentials, hidden, homes, is_machine, outermost, tools, visible, within


@pytest.fixture
def ann(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    home = tmp_path / "ann"
    for name in (
        ".cargo/bin",
        ".ssh",
        ".local/bin",
        ".local/share/keyrings",
        "opt/tool/bin",
        "opt/tool/lib",
        "papers/bin",
    ):
        (home / name).mkdir(parents=True)
    (home / ".cargo" / "credentials.toml").write_text("key")
    path = [
        home / ".cargo" / "bin",
        home / "opt" / "tool" / "bin",
        home / ".local" / "bin",
        home / "papers" / "bin",
        Path("/usr/bin"),
    ]
    return home, {"HOME": str(home), "PATH": os.pathsep.join(map(str, path))}


def test_a_home_is_hidden_but_for_its_tools(ann: tuple[Path, dict[str, str]]) -> None:
    home, env = ann
    hide = hidden(env, ())
    assert str(home) in hide
    shown = tools(env, hide)
    inside = [
        str(home / name) for name in (".cargo", ".local/bin", "opt/tool", "opt/tool/bin", ".cargo/bin", "papers/bin")
    ]
    assert [path for path in shown if path.startswith(str(home))] == sorted(inside)
    assert credentials(env, shown) == (str(home / ".cargo" / "credentials.toml"),)
    assert [path for path in credentials(env, (str(home),)) if "keyrings" in path or ".ssh" in path] == [
        str(home / ".local" / "share" / "keyrings"),
        str(home / ".ssh"),
    ]


def test_a_home_on_the_path_stays_hidden(ann: tuple[Path, dict[str, str]]) -> None:
    home, env = ann
    env = {**env, "PATH": f"{home}:{env['PATH']}:/root:/home"}
    hide = hidden(env, ())
    assert not {str(home), "/root", "/home"} & set(tools(env, hide))


def test_both_homes_of_a_person_count(ann: tuple[Path, dict[str, str]]) -> None:
    home, env = ann
    assert homes(env)[0] == str(home)
    assert str(Path("~root").expanduser()) in homes({}) or os.getuid() != 0


def test_whole_parts_of_paths_are_compared() -> None:
    assert within("/home/ann/x", ("/home/ann",))
    assert within("/home/ann", ("/home/ann",))
    assert not within("/home/anna", ("/home/ann",))


def test_what_is_visible_is_all_but_what_is_hidden_and_no_link(tmp_path: Path) -> None:
    top = tmp_path.resolve()
    for name in ("a", "b/hidden", "b/shown", "c"):
        (top / name).mkdir(parents=True)
    (top / "link").symlink_to("b/hidden")
    (top / "b" / "file").write_text("")
    assert list(visible((str(top / "b" / "hidden"), str(top / "c")), str(top))) == [
        str(top / "a"),
        str(top / "b" / "file"),
        str(top / "b" / "shown"),
    ]


def test_what_shows_with_a_folder_is_not_shown_again() -> None:
    assert outermost(["/a/b", "/a", "/ab", "/c/d", "/a", "/c/d/e"]) == ("/a", "/ab", "/c/d")


def test_all_lies_within_the_root_of_the_machine() -> None:
    assert within("/home/ann", ("/",))
    assert within("/", ("/",))
    assert not within("/home/anna", ("/home/ann",))


@pytest.mark.parametrize(("path", "expected"), [("/", True), ("/proc/1", True), ("/dev", True), ("/devices", False)])
def test_what_is_the_machine_itself(path: str, expected: bool) -> None:
    assert is_machine(path) == expected
