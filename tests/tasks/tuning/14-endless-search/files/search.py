"""Looking things up in sorted lists."""


def find(items, wanted):
    """The index of wanted in the sorted list items, or -1."""
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] < wanted:
            low = middle
        else:
            high = middle
    return -1


def insert(items, item):
    """A new sorted list with item in it."""
    at = 0
    while at < len(items) and items[at] < item:
        at += 1
    return items[:at] + [item] + items[at:]
