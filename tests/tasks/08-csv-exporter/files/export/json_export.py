"""Rows as a JSON list."""

import json


def dump(rows):
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
