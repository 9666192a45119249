import unittest

from glossary import add, forget, meaning, starting_with


class Glossary(unittest.TestCase):
    def setUp(self):
        self.terms = {}
        add(self.terms, "Big Endian", "the highest byte comes first")
        add(self.terms, "bit", "a zero or a one")

    def test_small_letters(self):
        self.assertEqual(meaning(self.terms, "big endian"), "the highest byte comes first")
        self.assertEqual(meaning(self.terms, "bit"), "a zero or a one")

    def test_capitals(self):
        self.assertEqual(meaning(self.terms, "Big Endian"), "the highest byte comes first")
        self.assertEqual(meaning(self.terms, "BIT"), "a zero or a one")

    def test_spaces(self):
        self.assertEqual(meaning(self.terms, "  big   Endian "), "the highest byte comes first")

    def test_unknown(self):
        self.assertEqual(meaning(self.terms, "Nibble"), "Nibble is not in the glossary")

    def test_new_meaning(self):
        add(self.terms, "BIG endian", "see endianness")
        self.assertEqual(meaning(self.terms, "big endian"), "see endianness")
        self.assertEqual(len(self.terms), 2)

    def test_forget(self):
        forget(self.terms, "Bit")
        forget(self.terms, "nibble")
        self.assertEqual(meaning(self.terms, "bit"), "bit is not in the glossary")

    def test_starting_with(self):
        self.assertEqual(starting_with(self.terms, "BI"), ["big endian", "bit"])
        self.assertEqual(starting_with(self.terms, "big"), ["big endian"])


if __name__ == "__main__":
    unittest.main()
