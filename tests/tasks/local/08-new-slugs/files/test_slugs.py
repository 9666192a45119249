import unittest

from slugs import slugify, unique_slug


class Slugify(unittest.TestCase):
    def test_words(self):
        self.assertEqual(slugify("My First Post"), "my-first-post")

    def test_digits(self):
        self.assertEqual(slugify("Top 10 of 2026"), "top-10-of-2026")

    def test_one_dash_for_everything_else(self):
        self.assertEqual(slugify("Tea & Coffee -- a  test"), "tea-coffee-a-test")

    def test_no_dash_at_the_ends(self):
        self.assertEqual(slugify("  \"Why?\" "), "why")


class UniqueSlug(unittest.TestCase):
    def test_free(self):
        self.assertEqual(unique_slug("Hello World", []), "hello-world")
        self.assertEqual(unique_slug("Hello", ["hello-world"]), "hello")

    def test_taken(self):
        self.assertEqual(unique_slug("Hello", ["hello"]), "hello-2")

    def test_taken_more_than_once(self):
        self.assertEqual(unique_slug("Hello!", {"hello", "hello-2", "hello-3"}), "hello-4")


if __name__ == "__main__":
    unittest.main()
