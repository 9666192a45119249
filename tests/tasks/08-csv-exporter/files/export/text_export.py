"""Rows as `key: value` blocks."""


def dump(rows):
    return "\n".join("".join(f"{key}: {value}\n" for key, value in row.items()) for row in rows)
