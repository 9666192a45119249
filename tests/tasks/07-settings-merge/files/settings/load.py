"""Defaults, then the user's own settings, then the environment."""

from settings.environment import overrides
from settings.merge import merge

DEFAULTS = {
    "debug": False,
    "workers": 4,
    "database": {"host": "localhost", "port": 5432, "options": {"timeout": 30}},
}


def load(user, environ):
    """`user` is a dict from the settings file, `environ` a mapping such as os.environ."""
    return merge(merge(DEFAULTS, user), overrides(environ))
