"""droidlite: a terminal coding agent with a built-in router."""

__version__ = "0.1.0"
