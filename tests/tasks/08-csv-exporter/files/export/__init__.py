"""Write rows (a list of dicts with the same keys) in several formats."""

from export import json_export, text_export

FORMATS = {
    "json": json_export.dump,
    "text": text_export.dump,
}


def dump(rows, format):
    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; known: {', '.join(sorted(FORMATS))}")
    return FORMATS[format](rows)
