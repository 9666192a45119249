"""Which values must never reach a child process, the journal, a log or the screen: the keys known here."""

import os.path
from collections.abc import Iterable, Mapping

from droidlite.keyformats import passwords_in
from droidlite.secrecy import SHORTEST, is_secret_name
from droidlite.types import Endpoint


def secrets(endpoints: Iterable[Endpoint], env: Mapping[str, str]) -> frozenset[str]:
    """Every value to blank out wherever text leaves the program, with the passwords of addresses (a proxy's, a
    server's). The name of a file that holds a key is none."""
    endpoints = tuple(endpoints)
    values = {key for endpoint in endpoints for key in (endpoint.api_key, *endpoint.api_keys)} | {
        value for name, value in env.items() if is_secret_name(name) and not _names_file(value)
    }
    addresses = (*env.values(), *(endpoint.base_url for endpoint in endpoints))
    values |= {password for address in addresses if "://" in address for password in passwords_in(address)}
    values |= {value.strip() for value in values}  # a tool may print it without the line end it was read with
    return frozenset(value for value in values if len(value) >= SHORTEST)


def _names_file(value: str) -> bool:
    return value.startswith("/") and "\0" not in value and os.path.lexists(value)
