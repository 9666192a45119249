import unittest

from brackets import balanced


class Balanced(unittest.TestCase):
    def test_balanced(self):
        for text in ("", "a + b", "()", "f(x[1], {y: (2)})"):
            self.assertTrue(balanced(text), text)

    def test_left_open(self):
        self.assertFalse(balanced("(a"))

    def test_closed_too_often(self):
        self.assertFalse(balanced("a)"))
        self.assertFalse(balanced(")("))

    def test_wrong_kind(self):
        self.assertFalse(balanced("(]"))

    def test_crossed(self):
        self.assertFalse(balanced("([)]"))


if __name__ == "__main__":
    unittest.main()
