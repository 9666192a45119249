"""Keeps pytest out of the task repositories: their tests fail on purpose."""

collect_ignore_glob = ["*"]
