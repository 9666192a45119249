"""Group records before they are sent."""


def batches(items, size):
    """Lists of `size` items in order; the last one holds what is left."""
    groups = []
    current = []
    for item in items:
        current.append(item)
        if len(current) == size:
            groups.append(current)
            current = []
    return groups


def send_all(items, send, size=100):
    """Call send(batch) for every batch; returns how many calls it took."""
    calls = 0
    for batch in batches(items, size):
        send(batch)
        calls += 1
    return calls
