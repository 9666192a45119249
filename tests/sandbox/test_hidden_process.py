"""A child may not read the keys out of its parent, not even as root."""

import ast
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own view of a process")
CANARY = "canary-0123456789"
PROGRAM = """
import ctypes, os, subprocess
from droidlite.sandbox.environment import hide_process
def shown():
    entries = open("/proc/self/environ", "rb").read().split(b"\\0")
    return [entry.partition(b"=")[0].decode() for entry in entries if entry]
before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), shown()  # 3: PR_GET_DUMPABLE
hide_process(dict(os.environ), [os.environ["HOUSE_KEY"]])
after = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), shown()
child = subprocess.run(["/usr/bin/env"], capture_output=True, text=True).stdout.split()
print([before, after, child, os.environ["HOUSE_KEY"]])
"""


def test_the_kernel_no_longer_shows_what_a_child_may_not_have() -> None:
    env = {"HOUSE_KEY": CANARY, "LANG": "C", "LD_PRELOAD": "", "PLAIN": "x", "PROXY": f"http://{CANARY}@host"}
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=env)
    before, after, child, kept = ast.literal_eval(ran.stdout)
    assert (before[0], after[0], kept) == (1, 0, CANARY)
    assert set(before[1]) >= set(env)
    assert set(before[1]) - set(after[1]) == {"HOUSE_KEY", "LD_PRELOAD", "PROXY"}
    assert {entry.partition("=")[0] for entry in child} == {"LANG", "LC_CTYPE", "PLAIN"}  # CPython sets LC_CTYPE
