"""The embedded model's weights: where they are, and getting them with the person told what and how far."""

NOTE = ""


def get_weights(source: str) -> int:
    return 0


def status_lines() -> list[str]:
    return []
