"""Lay one tree of settings over another."""


def merge(base, over):
    """A new dict: `over` wins key by key, nested dicts are merged, neither argument is changed."""
    base.update(over)
    return base
