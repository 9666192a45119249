"""Where what a command may see is much: keys, droidlite's own folder and the kernel's settings stay out of it."""

import os
import subprocess
from pathlib import Path

import pytest
from attack_sandbox import BACKENDS, why_not
from binary import call, droidlite, write_script

from droidlite.errors import Refused
from droidlite.sandbox.confinement import Mechanism
from droidlite.sandbox.probe import find_mechanism
from droidlite.sandbox.sandbox import Box, Sandbox
from droidlite.tool import Confined, Start

LOOK = """cat $HOME/notes $HOME/.netrc $HOME/own/keys.toml 2>/dev/null
(: >>/proc/sys/kernel/core_pattern) 2>/dev/null && echo kernel
echo x >/dev/null && echo end"""


@pytest.fixture(params=BACKENDS)
def mechanism(request: pytest.FixtureRequest) -> Mechanism:
    if why := why_not(request.param):
        pytest.skip(f"{request.param} does not work here: {why}")
    return request.param


def confined(mechanism: Mechanism, tmp_path: Path, root: Path, **box: tuple[str, ...]) -> tuple[Confined, Start]:
    home = tmp_path / "ann"
    (home / "own").mkdir(parents=True)
    (home / ".cache").mkdir()
    for name in ("notes", ".netrc", "own/keys.toml"):
        (home / name).write_text(f"{name}\n")
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    found = find_mechanism(mechanism, env, own=(), state=tmp_path / "state")
    sandbox = Sandbox(
        Box(
            mechanism=mechanism, bwrap=found.bwrap, env=env, own=(home / "own",), scratch=tmp_path / "scratch" / "tmp",
            cache=tmp_path / "cache", **box,
        )
    )  # fmt: skip
    start = Start(
        argv=("/bin/sh", "-c", LOOK), cwd=root, environment=env, reach="work", root=root, spill=tmp_path / "spill"
    )
    return sandbox.confine(start), start


@pytest.mark.parametrize("read", ["/", "home"])
def test_what_is_declared_to_be_read(read: str, mechanism: Mechanism, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    read = read if read == "/" else str(tmp_path / "ann")
    held, start = confined(mechanism, tmp_path, root, read=(read,))
    try:
        ran = subprocess.run(
            held.argv,
            cwd=start.cwd,
            env=held.environment,
            pass_fds=held.files,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for file in held.files:
            os.close(file)
    apart = read == "/" and str(tmp_path).startswith(("/tmp/", "/var/tmp/"))  # another folder lies there
    assert (ran.stdout.splitlines(), ran.stderr) == (["end"] if apart else ["notes", "end"], "")


@pytest.mark.parametrize("root", ["/", "/proc/self", "/dev/shm"])
def test_no_command_is_held_to_the_machine_itself(root: str, mechanism: Mechanism, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"The sandbox cannot hold a command to /.*work in a folder below it"):
        confined(mechanism, tmp_path, Path(root))
    with pytest.raises(Refused, match=r"The sandbox cannot hold a command to /: "):
        confined(mechanism, tmp_path / "more", tmp_path, write=("/",))


@pytest.mark.parametrize("words", [("-C", "/"), ("--add-dir", "/")])
def test_exec_says_so_before_anything_is_asked(words: tuple[str, ...], repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "script", [{"calls": [call("shell", command="id")]}])
    ran = droidlite("exec", "-m", "scripted", "--auto", "high", *words, "go", cwd=repo, env=env)
    assert (ran.code, ran.out, ran.err.count("\n")) == (77, "", 1)
    assert "Nothing runs without a sandbox: a folder to work in is /; that is the machine itself" in ran.err
