import unittest

from search import find, insert


class Find(unittest.TestCase):
    def test_found(self):
        self.assertEqual([find([1, 3, 5, 8], n) for n in (1, 3, 5, 8)], [0, 1, 2, 3])

    def test_missing(self):
        self.assertEqual([find([1, 3, 5], n) for n in (0, 2, 4, 9)], [-1, -1, -1, -1])

    def test_empty(self):
        self.assertEqual(find([], 1), -1)

    def test_insert(self):
        self.assertEqual(insert([1, 3], 2), [1, 2, 3])


if __name__ == "__main__":
    unittest.main()
