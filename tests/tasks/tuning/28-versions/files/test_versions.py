import unittest

from versions import is_newer, newest


class Versions(unittest.TestCase):
    def test_numbers(self):
        self.assertTrue(is_newer("1.10", "1.9"))
        self.assertFalse(is_newer("1.9.9", "1.10"))

    def test_beta(self):
        self.assertTrue(is_newer("2.0", "2.0-beta"))
        self.assertFalse(is_newer("2.0-beta", "2.0"))
        self.assertTrue(is_newer("2.0-beta", "2.0-alpha"))
        self.assertTrue(is_newer("2.1-alpha", "2.0"))

    def test_same(self):
        self.assertFalse(is_newer("1.0", "1.0"))

    def test_newest(self):
        self.assertEqual(newest(["1.2", "1.11-rc", "1.11", "1.3"]), "1.11")


if __name__ == "__main__":
    unittest.main()
