import unittest

from words import top_words


class TopWords(unittest.TestCase):
    def test_case(self):
        self.assertEqual(top_words("The dog saw the cat and THE bird", 1), [("the", 3)])

    def test_punctuation(self):
        self.assertEqual(top_words("A dog. My dog! (dog)", 1), [("dog", 3)])

    def test_ties_are_alphabetical(self):
        self.assertEqual(top_words("pear fig apple fig"), [("fig", 2), ("apple", 1), ("pear", 1)])

    def test_only_punctuation_is_no_word(self):
        self.assertEqual(top_words("yes - no - yes"), [("yes", 2), ("no", 1)])

    def test_nothing(self):
        self.assertEqual(top_words(""), [])


if __name__ == "__main__":
    unittest.main()
