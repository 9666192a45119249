import unittest

from months import days_in_month, days_in_year


class Months(unittest.TestCase):
    def test_plain(self):
        self.assertEqual([days_in_month(m, 2026) for m in (1, 2, 4, 12)], [31, 28, 30, 31])

    def test_leap_years(self):
        self.assertEqual([days_in_month(2, y) for y in (2024, 2000, 1900, 2100)], [29, 29, 28, 28])

    def test_year(self):
        self.assertEqual((days_in_year(2100), days_in_year(2028)), (365, 366))

    def test_no_such_month(self):
        for month in (0, 13, -1):
            with self.subTest(month=month), self.assertRaises(ValueError):
                days_in_month(month, 2026)


if __name__ == "__main__":
    unittest.main()
