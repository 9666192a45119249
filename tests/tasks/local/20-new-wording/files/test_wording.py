import unittest

from wording import amount, ordinal


class Ordinal(unittest.TestCase):
    def test_small(self):
        self.assertEqual([ordinal(n) for n in (1, 2, 3, 4, 9, 10)], ["1st", "2nd", "3rd", "4th", "9th", "10th"])

    def test_eleven_to_thirteen(self):
        self.assertEqual([ordinal(n) for n in (11, 12, 13)], ["11th", "12th", "13th"])
        self.assertEqual([ordinal(n) for n in (111, 212, 1013)], ["111th", "212th", "1013th"])

    def test_large(self):
        self.assertEqual([ordinal(n) for n in (20, 21, 42, 103)], ["20th", "21st", "42nd", "103rd"])


class Amount(unittest.TestCase):
    def test_one(self):
        self.assertEqual(amount(1, "pen"), "1 pen")
        self.assertEqual(amount(1, "story", "stories"), "1 story")

    def test_many(self):
        self.assertEqual(amount(3, "pen"), "3 pens")
        self.assertEqual(amount(12, "story", plural="stories"), "12 stories")

    def test_none(self):
        self.assertEqual(amount(0, "pen"), "no pens")
        self.assertEqual(amount(0, "story", "stories"), "no stories")


if __name__ == "__main__":
    unittest.main()
