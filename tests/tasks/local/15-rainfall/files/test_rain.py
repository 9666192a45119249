import unittest
from datetime import date

from rain import last_days, per_month, wettest

RAIN = [
    (date(2025, 1, 5), 20),
    (date(2025, 1, 19), 4),
    (date(2025, 11, 2), 30),
    (date(2026, 1, 8), 11),
]


class PerMonth(unittest.TestCase):
    def test_one_month(self):
        self.assertEqual(per_month(RAIN[:2]), {"2025-01": 24})

    def test_same_month_of_two_years(self):
        self.assertEqual(per_month(RAIN), {"2025-01": 24, "2025-11": 30, "2026-01": 11})

    def test_nothing_measured(self):
        self.assertEqual(per_month([]), {})


class Others(unittest.TestCase):
    def test_wettest(self):
        self.assertEqual(wettest(RAIN), "2025-11")
        self.assertIsNone(wettest([]))

    def test_last_days(self):
        self.assertEqual(last_days(RAIN, date(2025, 1, 19)), 4)
        self.assertEqual(last_days(RAIN, date(2025, 1, 19), days=15), 24)
        self.assertEqual(last_days(RAIN, date(2025, 6, 1)), 0)


if __name__ == "__main__":
    unittest.main()
