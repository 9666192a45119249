import unittest
from datetime import date

from chores import agenda, as_line, next_chore, overdue


def chore(name, priority, day):
    return {"name": name, "priority": priority, "due": date(2026, 5, day)}


CHORES = [chore("mow", 1, 2), chore("taxes", 3, 30), chore("dishes", 1, 1), chore("rent", 3, 3), chore("dentist", 2, 9)]


class Agenda(unittest.TestCase):
    def names(self, chores):
        return [chore["name"] for chore in agenda(chores)]

    def test_priority(self):
        self.assertEqual(self.names([chore("a", 1, 5), chore("b", 3, 5), chore("c", 2, 5)]), ["b", "c", "a"])

    def test_same_priority(self):
        self.assertEqual(self.names([chore("a", 2, 8), chore("b", 2, 4), chore("c", 2, 6)]), ["b", "c", "a"])

    def test_both(self):
        self.assertEqual(self.names(CHORES), ["rent", "taxes", "dentist", "dishes", "mow"])

    def test_nothing_to_do(self):
        self.assertEqual(agenda([]), [])


class Others(unittest.TestCase):
    def test_next_chore(self):
        self.assertEqual(next_chore(CHORES), "rent")
        self.assertIsNone(next_chore([]))

    def test_overdue(self):
        self.assertEqual(overdue(CHORES, date(2026, 5, 3)), ["mow", "dishes"])

    def test_as_line(self):
        self.assertEqual(as_line(CHORES[1]), "2026-05-30 taxes !!!")


if __name__ == "__main__":
    unittest.main()
