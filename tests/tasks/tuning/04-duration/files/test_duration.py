import unittest

from duration import format_duration, parse_duration


class Parse(unittest.TestCase):
    def test_one_unit(self):
        self.assertEqual([parse_duration(t) for t in ("90s", "3m", "2h")], [90, 180, 7200])

    def test_several_units(self):
        self.assertEqual(parse_duration("1h30m"), 5400)
        self.assertEqual(parse_duration("2m5s"), 125)
        self.assertEqual(parse_duration("1h1m1s"), 3661)

    def test_days(self):
        self.assertEqual(parse_duration("1d12h"), 129600)

    def test_nonsense(self):
        for text in ("", "h", "soon", "12", "5x", "1h30"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse_duration(text)


class Format(unittest.TestCase):
    def test_format(self):
        self.assertEqual(format_duration(3661), "1:01:01")


if __name__ == "__main__":
    unittest.main()
