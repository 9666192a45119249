import unittest

from pool import group_price, is_reduced, price


class NormalDays(unittest.TestCase):
    def test_children(self):
        self.assertEqual(price(5), 350)
        self.assertEqual(price(13), 350)

    def test_adults(self):
        self.assertEqual(price(14), 600)
        self.assertEqual(price(40), 600)

    def test_students(self):
        self.assertEqual(price(22, student=True), 350)
        self.assertEqual(price(10, student=True), 350)

    def test_locker(self):
        self.assertEqual(price(40, locker=True), 700)
        self.assertEqual(price(8, locker=True), 450)

    def test_group(self):
        self.assertEqual(group_price([41, 39, 9, 1]), 1550)


class Holidays(unittest.TestCase):
    def test_adults(self):
        self.assertEqual(price(40, holiday=True), 600)

    def test_students(self):
        self.assertEqual(price(22, student=True, holiday=True), 600)

    def test_children(self):
        self.assertFalse(is_reduced(5, holiday=True))
        self.assertEqual(price(5, holiday=True), 600)
        self.assertEqual(price(13, student=True, holiday=True), 600)

    def test_group(self):
        self.assertEqual(group_price([41, 39, 9, 1], holiday=True), 1800)


if __name__ == "__main__":
    unittest.main()
