"""What one command may touch, whichever mechanism holds it to that."""

from typing import Literal

from msgspec import Struct

Mechanism = Literal["bwrap", "landlock", "seatbelt", "off", "none"]
"""How commands are held: "off" by the person's word, "none" where nothing works here."""


PORT = 3128
"""Where the proxy listens in the network of each command, which is empty otherwise."""


class Confinement(Struct, frozen=True, kw_only=True):
    """Absolute paths, links followed. `write` may be changed; `keep` in it stays as it is; `hide` cannot be read at
    all, but for what `read` names below it; `blank` are files that read as empty. `tmp` stands for /tmp, `cache` for
    the home's .cache. `home` is the person's. `local`: unix sockets may be used, for none is left that somebody else
    listens on."""

    home: str
    tmp: str
    cache: str = ""
    write: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    local: bool = True
