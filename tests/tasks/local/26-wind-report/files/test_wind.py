import unittest

from wind import is_stormy, readings, report

DAY = ["06:00 12.5", "09:00 8.0", "12:00 -", "15:00 31.0", "18:00 20.5"]


class Wind(unittest.TestCase):
    def test_readings(self):
        self.assertEqual(
            list(readings(DAY)),
            [("06:00", 12.5), ("09:00", 8.0), ("15:00", 31.0), ("18:00", 20.5)],
        )

    def test_stormy(self):
        self.assertFalse(is_stormy(DAY))
        self.assertTrue(is_stormy(DAY, limit=30))
        self.assertTrue(is_stormy(["06:00 80", "07:00 10"]))


class Report(unittest.TestCase):
    def test_day(self):
        self.assertEqual(report(DAY), "calmest at 09:00 (8.0 km/h), strongest at 15:00 (31.0 km/h)")

    def test_strongest_first(self):
        self.assertEqual(
            report(["01:00 40", "02:00 3"]),
            "calmest at 02:00 (3.0 km/h), strongest at 01:00 (40.0 km/h)",
        )

    def test_one_reading(self):
        self.assertEqual(
            report(["06:00 -", "07:00 5"]),
            "calmest at 07:00 (5.0 km/h), strongest at 07:00 (5.0 km/h)",
        )


if __name__ == "__main__":
    unittest.main()
