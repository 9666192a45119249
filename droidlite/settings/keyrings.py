"""Keys that a person keeps in the keyring of their system in place of a file or a variable."""

from collections.abc import Callable, Sequence

from droidlite.settings.lines import Steps
from droidlite.settings.reading import Document

PREFIX = "keyring:"
SERVICE = "droidlite"
"""What the keyring knows these keys by; the name after the prefix is the user name there."""


def fill_in(document: Document, missing: Callable[[Steps, str], None]) -> None:
    """Puts the keys in the place of "keyring:NAME" in `document`'s endpoints; `missing(path, what to do)` hears of
    those that cannot be had, which become ""."""
    endpoints = document.data.get("endpoints")
    for index, endpoint in enumerate(endpoints if isinstance(endpoints, list) else ()):
        if not isinstance(endpoint, dict):
            continue
        if isinstance(key := endpoint.get("api_key"), str) and key.startswith(PREFIX):
            endpoint["api_key"] = _looked_up(key, ("endpoints", index, "api_key"), missing)
        if isinstance(keys := endpoint.get("api_keys"), list):
            endpoint["api_keys"] = _all(keys, ("endpoints", index, "api_keys"), missing)


def _all(keys: Sequence[object], path: Steps, missing: Callable[[Steps, str], None]) -> list[object]:
    return [
        _looked_up(key, (*path, at), missing) if isinstance(key, str) and key.startswith(PREFIX) else key
        for at, key in enumerate(keys)
    ]


def _looked_up(key: str, path: Steps, missing: Callable[[Steps, str], None]) -> str:
    name = key.removeprefix(PREFIX)
    found, problem = _password(name)
    if not found:
        missing(path, problem or f"keep one with: keyring set {SERVICE} {name}")
    return found


def _password(name: str) -> tuple[str, str]:
    """The key of that name ("" = none), and what to do where the keyring cannot be asked."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return "", "pip install 'droidlite[keyring]'"
    try:
        return keyring.get_password(SERVICE, name) or "", ""
    except (KeyringError, OSError, RuntimeError) as error:
        return "", f"the keyring cannot be asked ({error or type(error).__name__}); unlock it, or use a variable"
