import unittest

from roman import to_roman


class ToRoman(unittest.TestCase):
    def test_sums(self):
        self.assertEqual([to_roman(n) for n in (1, 3, 6, 2026)], ["I", "III", "VI", "MMXXVI"])

    def test_subtractive_ones(self):
        self.assertEqual([to_roman(n) for n in (4, 9, 14, 19)], ["IV", "IX", "XIV", "XIX"])

    def test_subtractive_tens_and_hundreds(self):
        self.assertEqual([to_roman(n) for n in (40, 90, 400, 944, 1999)], ["XL", "XC", "CD", "CMXLIV", "MCMXCIX"])

    def test_range(self):
        with self.assertRaises(ValueError):
            to_roman(0)


if __name__ == "__main__":
    unittest.main()
