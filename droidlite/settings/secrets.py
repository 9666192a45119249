"""Which values must never reach a child process, the journal, a log or the screen: the keys known here."""

from collections.abc import Iterable, Mapping

from droidlite.settings.services import SERVICES
from droidlite.types import Endpoint

SHORTEST = 8
"""Characters; to blank out every occurrence of something shorter would garble ordinary text."""
_ENDINGS = ("_API_KEY", "_APIKEY", "_TOKEN", "_SECRET", "_SECRET_KEY", "_ACCESS_KEY", "_PASSWORD", "_PRIVATE_KEY")
_KNOWN = frozenset(key for service in SERVICES for key in service.keys)


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret: a key we know, or a name that says so."""
    upper = name.upper()
    return upper in _KNOWN or upper.endswith(_ENDINGS) or upper in {ending[1:] for ending in _ENDINGS}


def secrets(endpoints: Iterable[Endpoint], env: Mapping[str, str]) -> frozenset[str]:
    """Every value to blank out wherever text leaves the program."""
    values = {endpoint.api_key for endpoint in endpoints} | {
        value for name, value in env.items() if is_secret_name(name)
    }
    return frozenset(value for value in values if len(value) >= SHORTEST)
