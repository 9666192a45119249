import unittest

from seats import seat_label, seat_position


class SeatLabel(unittest.TestCase):
    def test_first_row(self):
        self.assertEqual(seat_label(0), "A1")
        self.assertEqual(seat_label(4), "A5")
        self.assertEqual(seat_label(9), "A10")

    def test_other_rows(self):
        self.assertEqual(seat_label(10), "B1")
        self.assertEqual(seat_label(37), "D8")
        self.assertEqual(seat_label(259), "Z10")

    def test_other_hall(self):
        self.assertEqual(seat_label(4, per_row=4), "B1")
        self.assertEqual(seat_label(24, per_row=25), "A25")


class SeatPosition(unittest.TestCase):
    def test_first_row(self):
        self.assertEqual(seat_position("A1"), 0)
        self.assertEqual(seat_position("A10"), 9)

    def test_other_rows(self):
        self.assertEqual(seat_position("B1"), 10)
        self.assertEqual(seat_position("D8"), 37)

    def test_other_hall(self):
        self.assertEqual(seat_position("B1", per_row=4), 4)
        self.assertEqual(seat_position("A25", per_row=25), 24)

    def test_there_and_back(self):
        for position in range(260):
            self.assertEqual(seat_position(seat_label(position)), position)

    def test_no_such_seat(self):
        for label in ("A0", "A11", "C99"):
            with self.assertRaises(ValueError):
                seat_position(label)
        with self.assertRaises(ValueError):
            seat_position("A5", per_row=4)


if __name__ == "__main__":
    unittest.main()
