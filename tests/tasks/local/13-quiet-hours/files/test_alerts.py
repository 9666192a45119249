import unittest

from alerts import is_quiet, may_ring, postponed


class IsQuiet(unittest.TestCase):
    def test_night(self):
        for hour in (22, 23, 0, 3, 6):
            self.assertTrue(is_quiet(hour), hour)

    def test_day(self):
        for hour in (7, 8, 12, 21):
            self.assertFalse(is_quiet(hour), hour)

    def test_nap(self):
        self.assertEqual([is_quiet(hour, (13, 15)) for hour in (12, 13, 14, 15)], [False, True, True, False])

    def test_no_quiet_hours(self):
        self.assertFalse(any(is_quiet(hour, (0, 0)) for hour in range(24)))


class Others(unittest.TestCase):
    def test_may_ring(self):
        self.assertFalse(may_ring("mail", 23))
        self.assertTrue(may_ring("mail", 9))
        self.assertTrue(may_ring("alarm", 5))

    def test_postponed(self):
        alerts = [("mail", 2), ("alarm", 6), ("news", 10), ("chat", 22)]
        self.assertEqual(postponed(alerts), ["mail", "chat"])


if __name__ == "__main__":
    unittest.main()
