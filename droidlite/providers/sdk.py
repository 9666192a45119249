"""Loads a vendor's SDK, once, whichever thread asks first."""

import importlib


def load(name: str) -> None:
    """Imports the SDK `name` (anthropic or openai)."""
    importlib.import_module(name)
