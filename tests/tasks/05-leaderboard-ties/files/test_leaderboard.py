import unittest

from leaderboard import Row, podium, render, standings

PLAYED = [("mia", 40), ("ann", 70), ("zoe", 55), ("bob", 55), ("cem", 10)]


class Standings(unittest.TestCase):
    def test_ties_share_a_rank_in_joining_order(self):
        self.assertEqual(
            standings(PLAYED),
            [Row(1, "ann", 70), Row(2, "zoe", 55), Row(2, "bob", 55), Row(4, "mia", 40), Row(5, "cem", 10)],
        )

    def test_joining_order_not_name_order(self):
        self.assertEqual([row.name for row in standings([("a", 1), ("b", 1), ("c", 1)])], ["a", "b", "c"])

    def test_input_is_left_alone(self):
        before = list(PLAYED)
        standings(PLAYED)
        self.assertEqual(PLAYED, before)

    def test_nobody(self):
        self.assertEqual(standings([]), [])


class Podium(unittest.TestCase):
    def test_shared_third(self):
        self.assertEqual(podium([("a", 9), ("b", 8), ("c", 7), ("d", 7), ("e", 1)]), ["a", "b", "c", "d"])


class Render(unittest.TestCase):
    def test_line(self):
        self.assertEqual(render([Row(1, "ann", 70)]), "  1. ann           70")


if __name__ == "__main__":
    unittest.main()
