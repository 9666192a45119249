import unittest
from datetime import date

from billing.renewal import renewal, schedule


class Renewal(unittest.TestCase):
    def test_plain_month(self):
        self.assertEqual(renewal(date(2026, 3, 15), 1), date(2026, 4, 15))

    def test_short_month(self):
        self.assertEqual(renewal(date(2026, 1, 31), 1), date(2026, 2, 28))

    def test_leap_year(self):
        self.assertEqual(renewal(date(2028, 1, 30), 1), date(2028, 2, 29))

    def test_december_yearly(self):
        self.assertEqual(renewal(date(2025, 12, 5), 12), date(2026, 12, 5))

    def test_more_than_a_year(self):
        self.assertEqual(renewal(date(2025, 11, 30), 27), date(2028, 2, 29))


class Schedule(unittest.TestCase):
    def test_day_comes_back(self):
        self.assertEqual(
            schedule(date(2026, 1, 31), every=1, count=3),
            [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)],
        )


if __name__ == "__main__":
    unittest.main()
