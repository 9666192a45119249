"""A small cache that forgets what was not used for longest."""


class Cache:
    def __init__(self, size):
        if size < 1:
            raise ValueError("a cache holds at least one entry")
        self.size = size
        self._entries = {}

    def get(self, key, default=None):
        """The value of key, which counts as using it."""
        return self._entries.get(key, default)

    def put(self, key, value):
        """Sets key; forgets the entry that was not used for longest when there is no room."""
        self._entries[key] = value
        if len(self._entries) > self.size:
            oldest = next(iter(self._entries))
            del self._entries[oldest]

    def __len__(self):
        return len(self._entries)

    def __contains__(self, key):
        return key in self._entries
