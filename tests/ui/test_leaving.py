"""How a person who leaves is told to come back, from the shell they came from."""

import shlex

import pytest
from msgspec.structs import replace
from recorded import Recorded

from droidlite.app.telling import place_of
from droidlite.ui.conversation import Spending
from droidlite.ui.statusline import parting_lines


@pytest.mark.parametrize(
    ("folder", "here", "place"),
    [
        ("/shop", "/shop", ""),
        ("/home/ada/shop/.droidlite/worktrees/fx", "/home/ada/shop", ".droidlite/worktrees/fx"),
        ("/home/ada/shop", "/home/ada/shop/src", ".."),
        ("/srv/a", "/home/ada/shop/src", "/srv/a"),
        ("/home/ada/-rf", "/home/ada", "./-rf"),
        ("/srv/a", "", "/srv/a"),
    ],
)
def test_a_folder_has_the_shortest_name_a_shell_takes(folder: str, here: str, place: str) -> None:
    assert place_of(folder, here) == place


@pytest.mark.parametrize("place", ["", ".droidlite/worktrees/fx", "my shop", "it's"])
def test_what_is_said_on_leaving_goes_on_from_that_shell(place: str) -> None:
    status = replace(Recorded([]).now, place=place)
    (line,) = parting_lines(status, Spending(by_model={}, total_usd=0.0))
    words = shlex.split(line.removeprefix("Go on with: "))
    assert words == ["droidlite", *(["-C", place] if place else []), "-r", status.session_id]
