"""What the model wrote goes where it belongs, and nothing it made up on the side goes with it."""

from droidlite.providers.local.merge import merge
from droidlite.providers.local.views import View

BEFORE = ("import math", "", "", "def area(r):", "    return r * r")


def merged(*code: str, task: str = "Fix area().", whole: bool = False) -> tuple[str, ...]:
    view = merge(View("circle.py", BEFORE, whole=whole), code, dropped=task)
    assert view is not None
    return tuple(view.lines)


def test_a_definition_takes_the_place_of_its_namesake() -> None:
    assert merged("def area(r):", "    return math.pi * r * r") == (*BEFORE[:4], "    return math.pi * r * r")


def test_an_example_the_model_made_up_is_left_out() -> None:
    code = ("radii = [1, 2]", "def area(r):", "    return math.pi * r * r")
    assert merged(*code) == (*BEFORE[:4], "    return math.pi * r * r")


def test_a_constant_the_definition_uses_comes_along() -> None:
    assert "PI = 3.14" in merged("PI = 3.14", "def area(r):", "    return PI * r * r")


def test_a_whole_file_is_taken_without_the_example_in_it() -> None:
    """A word of the same spelling in a docstring or in the task is no use of the name."""
    code = ("import math", "", "radii = [1, 2]", "def area(r):", '    """Of radii."""', "    return math.pi * r * r")
    kept = ("import math", "", "def area(r):", '    """Of radii."""', "    return math.pi * r * r")
    assert merged(*code, task="area() is wrong for large radii.", whole=True) == kept


def test_a_constant_the_task_asks_for_stays() -> None:
    code = ("import math", "LIMIT = 9", "def area(r):", "    return r * r")
    assert merged(*code, task="Add a constant LIMIT of 9.", whole=True) == code


def test_an_example_stays_out_with_the_line_that_shows_it() -> None:
    code = ("radii = [1, 2]", "def area(r):", "    return math.pi * r * r", "print(area(radii[0]))")
    assert merged(*code) == (*BEFORE[:4], "    return math.pi * r * r")
