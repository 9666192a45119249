import unittest

import habits


def habit(marks):
    """A habit from marks like "xx.x"; x means done."""
    made = habits.start("Reading")
    for mark in marks:
        habits.tick(made, mark == "x")
    return made


class LongestStreak(unittest.TestCase):
    def test_never(self):
        self.assertEqual(habits.longest_streak(habit("")), 0)
        self.assertEqual(habits.longest_streak(habit("...")), 0)

    def test_always(self):
        self.assertEqual(habits.longest_streak(habit("xxxx")), 4)

    def test_longest_at_the_start(self):
        self.assertEqual(habits.longest_streak(habit("xxx.xx.")), 3)

    def test_longest_in_the_middle(self):
        self.assertEqual(habits.longest_streak(habit("x.xxxx..xx")), 4)

    def test_longest_at_the_end(self):
        self.assertEqual(habits.longest_streak(habit("x.xx.xxx")), 3)

    def test_days_stay(self):
        reading = habit("xx.")
        habits.longest_streak(reading)
        self.assertEqual(reading["days"], [True, True, False])


class Others(unittest.TestCase):
    def test_times_done(self):
        self.assertEqual(habits.times_done(habit("x.xx")), 3)

    def test_describe(self):
        self.assertEqual(habits.describe(habit("x.xx")), "Reading: 3 of 4 days")


if __name__ == "__main__":
    unittest.main()
