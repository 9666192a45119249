"""Notifications for one person, newest first."""


class Inbox:
    def __init__(self, owner, messages=[], limit=0):
        self.owner = owner
        self.limit = limit
        self._messages = messages

    def deliver(self, text, *, urgent=False):
        """Add a message; the oldest are dropped beyond the limit."""
        self._messages.insert(0, {"text": text, "urgent": urgent, "read": False})
        del self._messages[self.limit :]

    def unread(self):
        return [message["text"] for message in self._messages if not message["read"]]

    def open_all(self):
        for message in self._messages:
            message["read"] = True

    def __len__(self):
        return len(self._messages)
