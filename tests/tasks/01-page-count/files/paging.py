"""Cut a long list into the pages a web client asks for; pages count from 1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    items: list
    number: int
    pages: int
    has_next: bool
    has_previous: bool


def page_count(total, size):
    """How many pages `total` items fill; an empty list still has one (empty) page."""
    if size < 1:
        raise ValueError("a page holds at least one item")
    return total // size + 1


def paginate(items, number=1, size=10):
    pages = page_count(len(items), size)
    if not 1 <= number <= pages:
        raise IndexError(f"page {number} of {pages}")
    start = (number - 1) * size
    return Page(
        items=items[start : start + size],
        number=number,
        pages=pages,
        has_next=number <= pages,
        has_previous=number > 1,
    )
