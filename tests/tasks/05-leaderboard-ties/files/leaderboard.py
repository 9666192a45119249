"""The table shown after each round."""

from collections import namedtuple

Row = namedtuple("Row", "rank name score")


def standings(scores):
    """Rows from best to worst. `scores` is a list of (name, score) in the order the players joined.

    Equal scores share a rank, and the ranks they take up are skipped after them.
    """
    ordered = sorted(((score, name) for name, score in scores), reverse=True)
    rows = []
    for position, (score, name) in enumerate(ordered, start=1):
        rows.append(Row(position, name, score))
    return rows


def podium(scores):
    """The names with rank 1 to 3: possibly more than three players."""
    return [row.name for row in standings(scores)][:3]


def render(rows):
    return "\n".join(f"{row.rank:>3}. {row.name:<10} {row.score:>5}" for row in rows)
