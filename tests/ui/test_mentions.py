"""Which pictures a message mentions."""

import base64
from pathlib import Path

import pytest

from droidlite.types import Image
from droidlite.ui.mentions import images_in

DATA = b"a picture, as far as anyone looks"
SHOWN = (Image("image/png", base64.b64encode(DATA).decode()),)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for name in ("a.png", "my pic.PNG", "a.png.txt", "deep/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(DATA)
    return str(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "@a.png",
        "what is in @a.png?",
        "look (@a.png), please",
        "see @a.png.",
        'in @"my pic.PNG": what?',
        "[@deep/b.png]",
    ],
)
def test_one_is_shown(text: str, folder: str) -> None:
    assert images_in(text, folder) == SHOWN


@pytest.mark.parametrize("text", ["a.png", "me@a.png", "@a.png.txt", "@my pic.png", "@gone.png", '@"a.png'])
def test_none_is(text: str, folder: str) -> None:
    assert images_in(text, folder) == ()


def test_what_is_not_taken_stays_text(folder: str) -> None:
    assert images_in("@a.png @deep/b.png", folder, taken=lambda path: path.startswith("deep")) == SHOWN
