import unittest

from slug import slugify, unique_slug


class Slug(unittest.TestCase):
    def test_words(self):
        self.assertEqual(slugify("Release Notes 2"), "release-notes-2")

    def test_single_dashes(self):
        self.assertEqual(slugify("Hello,  World!"), "hello-world")

    def test_edges(self):
        self.assertEqual(slugify("  (draft) "), "draft")
        self.assertEqual(slugify("!?"), "")

    def test_cut(self):
        self.assertEqual(slugify("x" * 39 + " end"), "x" * 39)

    def test_unique(self):
        self.assertEqual(unique_slug("A b", {"a-b", "a-b-2"}), "a-b-3")


if __name__ == "__main__":
    unittest.main()
