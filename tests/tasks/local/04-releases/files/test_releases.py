import unittest

from releases import is_breaking, latest, newest_first, parse


class Order(unittest.TestCase):
    def test_single_digits(self):
        self.assertEqual(newest_first(["1.2.0", "1.3.0", "1.2.5"]), ["1.3.0", "1.2.5", "1.2.0"])

    def test_two_digits(self):
        self.assertEqual(newest_first(["1.9.0", "1.10.0", "1.2.0"]), ["1.10.0", "1.9.0", "1.2.0"])
        self.assertEqual(newest_first(["9.0.0", "10.0.0", "9.0.12", "9.0.3"]), ["10.0.0", "9.0.12", "9.0.3", "9.0.0"])

    def test_latest(self):
        self.assertEqual(latest(["1.10.0", "1.9.0"]), "1.10.0")
        self.assertEqual(latest(["0.1.0"]), "0.1.0")

    def test_no_release(self):
        self.assertIsNone(latest([]))


class Others(unittest.TestCase):
    def test_parse(self):
        self.assertEqual(parse("1.4.20"), (1, 4, 20))

    def test_is_breaking(self):
        self.assertTrue(is_breaking("1.9.0", "2.0.0"))
        self.assertFalse(is_breaking("1.9.0", "1.10.0"))


if __name__ == "__main__":
    unittest.main()
