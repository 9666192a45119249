import unittest

from usernames import is_valid, mentions, suggest


class IsValid(unittest.TestCase):
    def test_good(self):
        for name in ("ann", "bob_smith", "x99", "a234567890123456"):
            self.assertTrue(is_valid(name), name)

    def test_too_short(self):
        for name in ("", "a", "ab"):
            self.assertFalse(is_valid(name), name)

    def test_too_long(self):
        self.assertFalse(is_valid("a2345678901234567"))

    def test_wrong_start(self):
        for name in ("9lives", "_ann", "Ann"):
            self.assertFalse(is_valid(name), name)

    def test_wrong_characters(self):
        for name in ("ann smith", "bob!", "annSmith", "bob-smith", "ann@home"):
            self.assertFalse(is_valid(name), name)


class Others(unittest.TestCase):
    def test_suggest(self):
        self.assertEqual(suggest("Ann O'Hara"), "ann_o_hara")

    def test_mentions(self):
        self.assertEqual(mentions("Thanks @ann and @bob_s! Mail me@home or @x."), ["ann", "bob_s"])


if __name__ == "__main__":
    unittest.main()
