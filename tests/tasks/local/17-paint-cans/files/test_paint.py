import unittest

from paint import cans_needed, cost, describe, wall_area


class CansNeeded(unittest.TestCase):
    def test_whole_cans(self):
        self.assertEqual([cans_needed(area) for area in (24, 48, 240)], [1, 2, 10])

    def test_a_bit_more(self):
        self.assertEqual([cans_needed(area) for area in (25, 50, 48.5)], [2, 3, 3])

    def test_nearly_full(self):
        self.assertEqual([cans_needed(area) for area in (23, 47)], [1, 2])

    def test_small(self):
        self.assertEqual([cans_needed(area) for area in (0, 0.5, 5)], [0, 1, 1])

    def test_two_coats(self):
        self.assertEqual([cans_needed(area, coats=2) for area in (12, 13, 30)], [1, 2, 3])

    def test_nothing_to_paint(self):
        with self.assertRaises(ValueError):
            cans_needed(-1)
        with self.assertRaises(ValueError):
            cans_needed(10, coats=0)


class Others(unittest.TestCase):
    def test_wall_area(self):
        self.assertEqual(wall_area(5, 3), 15)
        self.assertEqual(wall_area(5, 3, windows=[(1, 2), (2, 2)]), 9)

    def test_cost(self):
        self.assertEqual(cost(50), 5670)

    def test_describe(self):
        self.assertEqual(describe(20, 2), "20 square metres: 2 cans, 37.80 euros")


if __name__ == "__main__":
    unittest.main()
