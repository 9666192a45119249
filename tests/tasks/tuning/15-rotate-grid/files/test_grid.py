import unittest

import grid


class Rotate(unittest.TestCase):
    def test_square(self):
        self.assertEqual(grid.rotate([[1, 2], [3, 4]]), [[3, 1], [4, 2]])

    def test_oblong(self):
        self.assertEqual(grid.rotate([[1, 2, 3], [4, 5, 6]]), [[4, 1], [5, 2], [6, 3]])

    def test_empty(self):
        self.assertEqual(grid.rotate([]), [])

    def test_unchanged(self):
        given = [[1, 2], [3, 4]]
        grid.rotate(given)
        self.assertEqual(given, [[1, 2], [3, 4]])

    def test_others(self):
        self.assertEqual((grid.transpose([[1, 2]]), grid.row_sums([[1, 2]])), ([[1], [2]], [3]))


if __name__ == "__main__":
    unittest.main()
