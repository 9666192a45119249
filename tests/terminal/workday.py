"""A small repository with a bug, two priced models that a script speaks for, and what they say about it."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from binary import call, configure

STRONG, CHEAP = "claude-opus-4-8", "MiniMax-M3"
CODE = """\
def clamp(value, low, high):
    if value > high - 1:
        return high
    return max(value, low)
"""
CHECK = """\
for case in $(seq 1 14); do echo "tests/test_ranges.py::test_clamp[$case] PASSED"; done
grep -q 'high - 1' ranges.py && { echo 'E   assert 5 == 4'; echo '1 failed, 14 passed in 0.31s'; exit 1; }
echo '15 passed in 0.29s'
"""
ANSWER = """\
The bug was an **off-by-one** in `clamp`: the upper bound was left out.

## What I changed

- `ranges.py` compares with `high`, not `high - 1`
- nothing else; [the docs](https://example.org/ranges) already said so, and the callers rely on it

```python
def clamp(value, low, high):
    if value > high:
        return high
    return max(value, low)
```

| case | before | after |
|------|--------|-------|
| `clamp(4, 0, 5)` | 5 | 4 |

All 15 tests pass.
"""
REPLIES: list[dict[str, Any]] = [
    {"text": "I run the tests first.", "calls": [call("shell", command="sh check.sh")]},
    {"calls": [call("read", file_path="ranges.py"), call("grep", pattern="clamp")]},
    {"calls": [call("edit", file_path="ranges.py", old_string="value > high - 1", new_string="value > high")]},
    {"text": ANSWER, "chunks": 9},
    {"text": "Nothing else uses it.", "usage": {"input": 150_000, "output": 900}},
    {"text": "Done."},
]
USAGE = {"input": 1_900, "output": 240, "cache_read": 12_000, "cache_write": 900}
"""What a reply takes that says nothing else: an estimate would change with every tool that is described anew."""


def settings(script: Path) -> str:
    """Two endpoints, each with a model of the catalog at a price that stays."""
    tables = (
        f'[[endpoints]]\nname = "{name}"\nprotocol = "scripted"\nbase_url = "{script}"\nmodels = ["{model}"]\n'
        f'[[models]]\nid = "{model}"\nprice = {{ input = {price}, output = {price * 5}, cache_read = {price / 10} }}\n'
        for name, model, price in (("house", CHEAP, 0.3), ("main", STRONG, 5.0))
    )
    return "".join(tables)


@contextmanager
def workplace(replies: list[dict[str, Any]] = REPLIES) -> Iterator[Path]:
    """The repository, at a path that is equally long wherever it is, and the person's settings."""
    root = Path(tempfile.mkdtemp(prefix="d-", dir="/tmp"))
    try:
        folder = root / "ranges"
        folder.mkdir()
        subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
        (folder / "ranges.py").write_text(CODE)
        (folder / "check.sh").write_text(CHECK)
        script = root / "script.jsonl"
        script.write_text("".join(json.dumps({"usage": USAGE} | reply) + "\n" for reply in replies))
        configure(settings(script))
        yield folder
    finally:
        shutil.rmtree(root)
