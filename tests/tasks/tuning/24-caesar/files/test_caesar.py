import unittest

from caesar import decrypt, encrypt


class Caesar(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(encrypt("abc, 1", 2), "cde, 1")

    def test_wraps(self):
        self.assertEqual(encrypt("xyz", 3), "abc")
        self.assertEqual(encrypt("abc", 53), "bcd")

    def test_capitals(self):
        self.assertEqual(encrypt("Hello, World!", 1), "Ifmmp, Xpsme!")

    def test_back(self):
        self.assertEqual(decrypt(encrypt("Zebra at 9", 11), 11), "Zebra at 9")


if __name__ == "__main__":
    unittest.main()
