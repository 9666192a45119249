"""What keys mean that are pressed twice."""

from types import SimpleNamespace
from typing import Any

from prompt_toolkit.buffer import Buffer

from droidlite.ui.steering import Steering


class Steered:
    """As much of a session as keys steer."""

    busy = False

    def __init__(self) -> None:
        self.screen: Any = SimpleNamespace(buffer=Buffer(), app=SimpleNamespace(loop=None))
        self.took: list[str] = []

    def take(self, text: str) -> None:
        self.took.append(text)


def test_two_escapes_go_back_and_not_with_a_message_between() -> None:
    session = Steered()
    steering = Steering(session)  # type: ignore[arg-type]
    steering.escape()
    session.screen.buffer.text = "/cost"
    steering.submit()
    steering.escape()
    assert session.took == ["/cost"]
    steering.escape()
    assert session.took == ["/cost", "/rewind"]
