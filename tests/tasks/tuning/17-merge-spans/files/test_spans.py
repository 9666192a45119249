import unittest

from spans import merge, overlaps, total


class Spans(unittest.TestCase):
    def test_touching(self):
        self.assertEqual(merge([(0, 10), (10, 20), (30, 40)]), [(0, 20), (30, 40)])

    def test_nested(self):
        self.assertEqual(merge([(0, 100), (10, 20)]), [(0, 100)])

    def test_unsorted(self):
        given = [(30, 40), (0, 10), (5, 12)]
        self.assertEqual(merge(given), [(0, 12), (30, 40)])
        self.assertEqual(given, [(30, 40), (0, 10), (5, 12)])

    def test_total(self):
        self.assertEqual(total([(50, 60), (0, 30), (10, 20)]), 40)

    def test_overlaps(self):
        self.assertEqual([overlaps((0, 10), (10, 20)), overlaps((0, 11), (10, 20))], [False, True])


if __name__ == "__main__":
    unittest.main()
