"""Takes out of the model's code what belongs into other files: tests, and imports of the very file it is."""

import re
from pathlib import PurePosixPath

from droidlite.providers.local.regions import find_regions
from droidlite.providers.local.task import is_test
from droidlite.providers.local.views import View
from droidlite.regex import regex

_TEST_HEAD = regex(r"(async )?def test_|class \w+\(.*TestCase\)")
_TEST_LINE = regex(r"(import|from) (unittest|pytest)\b|unittest\.main\(|(test|describe|it)\([\"'`]")
_TEST_IMPORT = regex(r"(import|const) .*[\"']node:(test|assert)\b")


def without_tests(view: View, code: list[str]) -> list[str]:
    """`code`, meant for the file of `view`, without top-level tests that were not there before."""
    if is_test(view.path):
        return code
    drop = {at for at, line in enumerate(code) if line not in view.lines and _is_foreign(view.path, line)}
    for region in find_regions(view.path, code):
        if region.indent == 0 and _TEST_HEAD.match(code[region.head]) and code[region.head] not in view.lines:
            drop.update(range(region.start, region.end))
    for at in sorted(drop):
        drop.update(_rest(code, at))
    mains = [at for at in range(len(code) - 1) if code[at].startswith("if __name__") and _ends_in_test(code, at)]
    return [line for at, line in enumerate(code) if at not in drop and at not in mains and at - 1 not in mains]


def _is_foreign(path: str, line: str) -> bool:
    if path.endswith((".py", ".pyi")):
        stem = re.escape(PurePosixPath(path).stem)
        return bool(_TEST_LINE.match(line) or re.match(rf"from {stem} import\b|import {stem}\s*$", line))
    if path.endswith((".js", ".mjs", ".cjs", ".ts")):
        return bool(_TEST_LINE.match(line) or _TEST_IMPORT.match(line))
    return False


def _rest(code: list[str], at: int) -> range:
    """The indented lines below a dropped one, with the bracket that ends them."""
    end = at + 1
    while end < len(code) and code[end][:1] in (" ", "\t", ""):
        end += 1
    closes = end < len(code) and code[end][0] in ")}]" and code[at].rstrip().endswith(("{", "("))
    return range(at, end + closes)


def _ends_in_test(code: list[str], at: int) -> bool:
    return "unittest.main(" in code[at + 1]
