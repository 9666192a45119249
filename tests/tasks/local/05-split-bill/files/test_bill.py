import unittest

from bill import format_cents, split, total, with_tip


class Split(unittest.TestCase):
    def test_even(self):
        self.assertEqual(split(1200, 4), [300, 300, 300, 300])

    def test_one_cent_left(self):
        self.assertEqual(split(1000, 3), [334, 333, 333])

    def test_several_cents_left(self):
        self.assertEqual(split(1003, 5), [201, 201, 201, 200, 200])

    def test_fewer_cents_than_people(self):
        self.assertEqual(split(2, 3), [1, 1, 0])

    def test_alone(self):
        self.assertEqual(split(999, 1), [999])

    def test_nobody(self):
        with self.assertRaises(ValueError):
            split(1000, 0)


class Others(unittest.TestCase):
    def test_total(self):
        self.assertEqual(total([("soup", 450, 2), ("tea", 220, 1)]), 1120)

    def test_with_tip(self):
        self.assertEqual((with_tip(2000), with_tip(2000, 5)), (2200, 2100))

    def test_format(self):
        self.assertEqual([format_cents(c) for c in (1120, 5)], ["11.20", "0.05"])


if __name__ == "__main__":
    unittest.main()
