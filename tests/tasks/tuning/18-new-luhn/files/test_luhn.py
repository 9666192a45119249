import unittest

from luhn import is_valid


class Luhn(unittest.TestCase):
    def test_valid(self):
        for number in ("4539 3195 0343 6467", "79927398713", "0000-0000", "059"):
            self.assertTrue(is_valid(number), number)

    def test_wrong_sum(self):
        for number in ("4539 3195 0343 6476", "79927398710", "8273 1232 7352 0569"):
            self.assertFalse(is_valid(number), number)

    def test_no_number(self):
        for text in ("", "0", " 0", "055a 444 285", "055# 444 285"):
            self.assertFalse(is_valid(text), text)


if __name__ == "__main__":
    unittest.main()
