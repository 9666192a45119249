"""macOS' profile, as text: nobody here can run it."""

from droidlite.sandbox.confinement import Confinement
from droidlite.sandbox.seatbelt import profile


def test_what_is_hidden_shown_written_and_kept_comes_in_this_order() -> None:
    confinement = Confinement(
        home="/Users/ann",
        tmp="/private/t",
        cache="/c",
        write=('/Users/ann/a "b"',),
        keep=('/Users/ann/a "b"/.git',),
        hide=("/Users/ann",),
        read=("/Users/ann/.cargo",),
        blank=("/Users/ann/.cargo/credentials",),
    )
    lines = profile(confinement).splitlines()
    assert lines[:2] == ["(version 1)", "(deny default)"]
    assert [line for line in lines if "Users" in line or "/c" in line or "/private/t" in line] == [
        '(deny file-read* file-write* (subpath "/Users/ann"))',
        '(allow file-read* (subpath "/Users/ann/.cargo"))',
        '(allow file-read* file-write* (subpath "/Users/ann/a \\"b\\""))',
        '(allow file-read* file-write* (subpath "/private/t"))',
        '(allow file-read* file-write* (subpath "/c"))',
        '(deny file-write* (subpath "/Users/ann/a \\"b\\"/.git"))',
        '(deny file-read* file-write* (subpath "/Users/ann/.cargo/credentials"))',
    ]
    assert [line for line in lines if "network" in line] == [
        '(allow network* (local ip "localhost:*"))',
        '(allow network-outbound (remote ip "localhost:*"))',
    ]
