import unittest

from batches import batches, send_all


class Batches(unittest.TestCase):
    def test_even(self):
        self.assertEqual(batches([1, 2, 3, 4], 2), [[1, 2], [3, 4]])

    def test_rest(self):
        self.assertEqual(batches([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]])

    def test_fewer_than_one_batch(self):
        self.assertEqual(batches("ab", 10), [["a", "b"]])

    def test_nothing_is_no_batch(self):
        self.assertEqual(batches([], 3), [])

    def test_size(self):
        for size in (0, -1):
            with self.assertRaises(ValueError):
                batches([1], size)


class SendAll(unittest.TestCase):
    def test_everything_is_sent(self):
        sent = []
        self.assertEqual(send_all(range(7), sent.extend, size=3), 3)
        self.assertEqual(sent, list(range(7)))


if __name__ == "__main__":
    unittest.main()
