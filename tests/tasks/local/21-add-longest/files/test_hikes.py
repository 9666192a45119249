import unittest

import hikes


class Longest(unittest.TestCase):
    def setUp(self):
        self.diary = []
        for name, km in (("lake", 9), ("ridge", 21), ("mill", 4.5), ("gorge", 14), ("castle", 10)):
            hikes.add(self.diary, name, km, 3)

    def test_default_count(self):
        self.assertEqual(hikes.longest(self.diary), ["ridge", "gorge", "castle"])

    def test_other_count(self):
        self.assertEqual(hikes.longest(self.diary, 1), ["ridge"])
        self.assertEqual(hikes.longest(self.diary, count=4), ["ridge", "gorge", "castle", "lake"])

    def test_fewer_hikes_than_count(self):
        self.assertEqual(hikes.longest(self.diary[:2], 5), ["ridge", "lake"])
        self.assertEqual(hikes.longest([]), [])

    def test_diary_is_not_changed(self):
        before = list(self.diary)
        hikes.longest(self.diary)
        self.assertEqual(self.diary, before)


class Others(unittest.TestCase):
    def test_add(self):
        diary = []
        hikes.add(diary, "lake", 9, 2)
        self.assertEqual(diary, [{"name": "lake", "km": 9, "hours": 2}])
        with self.assertRaises(ValueError):
            hikes.add(diary, "sofa", 0, 2)

    def test_total_km(self):
        self.assertEqual(hikes.total_km([{"km": 9}, {"km": 4.5}]), 13.5)

    def test_speed(self):
        self.assertEqual(hikes.speed({"name": "lake", "km": 10, "hours": 3}), 3.3)


if __name__ == "__main__":
    unittest.main()
