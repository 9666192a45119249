"""What the model wrote goes where it belongs, and nothing it made up on the side goes with it."""

from droidlite.providers.local.merge import merge
from droidlite.providers.local.views import View

BEFORE = ("import math", "", "", "def area(r):", "    return r * r")


def merged(*code: str) -> tuple[str, ...]:
    view = merge(View("circle.py", BEFORE, whole=False), code)
    assert view is not None
    return tuple(view.lines)


def test_a_definition_takes_the_place_of_its_namesake() -> None:
    assert merged("def area(r):", "    return math.pi * r * r") == (*BEFORE[:4], "    return math.pi * r * r")


def test_an_example_the_model_made_up_is_left_out() -> None:
    code = ("radii = [1, 2]", "def area(r):", "    return math.pi * r * r")
    assert merged(*code) == (*BEFORE[:4], "    return math.pi * r * r")


def test_a_constant_the_definition_uses_comes_along() -> None:
    assert "PI = 3.14" in merged("PI = 3.14", "def area(r):", "    return PI * r * r")
