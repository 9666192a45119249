"""Pictures a message mentions with @path, or @"a path with blanks", go with it as pictures."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

from droidlite.errors import UsageError
from droidlite.regex import regex
from droidlite.regular import read_regular
from droidlite.types import Image

_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
PICTURES = tuple(f".{ending}" for ending in _TYPES)
"""How the names of pictures end."""
_MENTION = regex(
    r"(?:^|(?<=[\s(\[,]))@(?:\"([^\"\n]+\.(?:png|jpe?g|gif|webp))\"|(\S+?\.(?:png|jpe?g|gif|webp))(?=[).,;:!?\]]*(?:\s|$)))",
    re.IGNORECASE,
)
MOST_BYTES = 5_000_000
"""What the services take for one picture."""


def images_in(
    text: str,
    cwd: str,
    why_hidden: Callable[[str], str] = lambda path: "",
    *,
    taken: Callable[[str], bool] = lambda path: True,
) -> tuple[Image, ...]:
    """The pictures behind the @paths in `text`; a path that is no file, or is not `taken`, stays text. Raises
    UsageError for a huge one and for one that a rule hides."""
    paths = [path for quoted, bare in _MENTION.findall(text) if taken(path := quoted or bare)]
    if hidden := next((path for path in paths if why_hidden(path)), ""):
        raise UsageError(f"Nothing was sent: {hidden} is denied by a permission rule, {why_hidden(hidden)}.")
    return tuple(image for path in paths if (image := _image(Path(cwd) / path)))


def _image(path: Path) -> Image | None:
    try:
        data = read_regular(path, MOST_BYTES + 1)
    except (OSError, ValueError):
        return None
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB; make the picture smaller.")
    return Image(_TYPES[path.suffix[1:].lower()], base64.b64encode(data).decode())
