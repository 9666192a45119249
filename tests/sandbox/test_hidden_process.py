"""A child may not read the keys out of its parent."""

import subprocess
import sys


def test_the_kernel_hides_the_process_from_its_children() -> None:
    code = (
        "import ctypes; from droidlite.sandbox.environment import hide_process; read = ctypes.CDLL(None).prctl\n"
        "before = read(3, 0, 0, 0, 0); hide_process(); print(before, read(3, 0, 0, 0, 0))"  # 3: PR_GET_DUMPABLE
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == (["1", "0"] if sys.platform == "linux" else ran.stdout.split())
