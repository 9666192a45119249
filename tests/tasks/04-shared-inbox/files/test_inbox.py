import unittest

from inbox import Inbox


class InboxTest(unittest.TestCase):
    def test_inboxes_are_separate(self):
        ann, bob = Inbox("ann", limit=5), Inbox("bob", limit=5)
        ann.deliver("hello ann")
        self.assertEqual(bob.unread(), [])
        self.assertEqual(ann.unread(), ["hello ann"])

    def test_no_limit_keeps_everything(self):
        box = Inbox("ann")
        for number in range(50):
            box.deliver(f"message {number}")
        self.assertEqual(len(box), 50)
        self.assertEqual(box.unread()[0], "message 49")

    def test_limit_drops_the_oldest(self):
        box = Inbox("ann", limit=2)
        for text in ("one", "two", "three"):
            box.deliver(text)
        self.assertEqual(box.unread(), ["three", "two"])

    def test_given_messages_are_copied(self):
        archive = [{"text": "old", "urgent": False, "read": False}]
        box = Inbox("ann", archive)
        box.deliver("new")
        self.assertEqual(box.unread(), ["new", "old"])
        self.assertEqual(len(archive), 1)

    def test_opening(self):
        box = Inbox("ann", limit=3)
        box.deliver("one")
        box.open_all()
        self.assertEqual(box.unread(), [])


if __name__ == "__main__":
    unittest.main()
