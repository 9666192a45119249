import unittest
from datetime import date

from loans import days_late, due_date, late_fee, reminder

DUE = date(2026, 3, 10)


class Loans(unittest.TestCase):
    def test_due_date(self):
        self.assertEqual(due_date(date(2026, 2, 17)), DUE)

    def test_early(self):
        self.assertEqual(late_fee(DUE, date(2026, 3, 1)), 0)

    def test_on_the_due_date(self):
        self.assertEqual(days_late(DUE, DUE), 0)
        self.assertEqual(late_fee(DUE, DUE), 0)

    def test_late(self):
        self.assertEqual(late_fee(DUE, date(2026, 3, 11)), 20)
        self.assertEqual(late_fee(DUE, date(2026, 3, 20)), 200)

    def test_highest_fee(self):
        self.assertEqual(late_fee(DUE, date(2026, 8, 1)), 500)

    def test_reminder(self):
        self.assertEqual(reminder("Emma", DUE, DUE), "Emma: due on 2026-03-10")
        self.assertEqual(reminder("Emma", DUE, date(2026, 3, 13)), "Emma: 3 days late")


if __name__ == "__main__":
    unittest.main()
