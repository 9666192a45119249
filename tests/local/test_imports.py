"""The imports a change needs and could not bring with it."""

import pytest

from droidlite.providers.local.imports import with_imports
from droidlite.providers.local.views import View


@pytest.mark.parametrize(
    ("code", "added"),
    [
        (("def f(a):", "    return math.ceil(a)"), ("import math",)),
        (("def f(a):", "    return deepcopy(a)"), ("from copy import deepcopy",)),
        (("import math", "def f(a):", "    return math.ceil(a)"), ()),
        (("def f(copy):", "    return copy.title"), ()),
        (("def f(time):", "    time.x = 1"), ()),
        (("def f(a:", "    return math.ceil(a)"), ()),
        (("def f(a):", "    return other.ceil(a)"), ()),
    ],
)
def test_what_is_used_and_not_defined_is_imported(code: tuple[str, ...], added: tuple[str, ...]) -> None:
    gap = ("", "") if added else ()
    assert with_imports(View("a.py", code), View("a.py")).lines == (*added, *gap, *code)


def test_an_import_stands_below_the_head_of_the_file() -> None:
    view = View("a.py", ('"""For paint."""', "", "import re", "", "N = math.pi"))
    assert with_imports(view, View("a.py", view.lines[:3])).lines == (
        '"""For paint."""',
        "",
        "import re",
        "import math",
        "",
        "N = math.pi",
    )


def test_other_languages_are_left_alone() -> None:
    view = View("a.js", ("math.ceil(1)",))
    assert with_imports(view, View("a.js")) == view


def test_an_import_that_was_missing_before_is_left_to_the_model() -> None:
    before = View("a.py", ("def f(a):", "    return math.floor(a)"))
    after = View("a.py", ("def f(a):", "    return math.ceil(a)"))
    assert with_imports(after, before) == after
