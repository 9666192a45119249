import unittest

from cache import Cache


class CacheTest(unittest.TestCase):
    def setUp(self):
        self.cache = Cache(2)
        self.cache.put("a", 1)
        self.cache.put("b", 2)

    def test_oldest_goes(self):
        self.cache.put("c", 3)
        self.assertEqual(["a" in self.cache, "b" in self.cache, "c" in self.cache], [False, True, True])

    def test_get_counts_as_use(self):
        self.assertEqual(self.cache.get("a"), 1)
        self.cache.put("c", 3)
        self.assertEqual(["a" in self.cache, "b" in self.cache], [True, False])

    def test_put_counts_as_use(self):
        self.cache.put("a", 9)
        self.cache.put("c", 3)
        self.assertEqual([self.cache.get("a"), "b" in self.cache], [9, False])

    def test_get_missing(self):
        self.assertEqual(self.cache.get("x", 7), 7)
        self.assertNotIn("x", self.cache)
        self.assertEqual(len(self.cache), 2)

    def test_none_is_a_value(self):
        self.cache.put("a", None)
        self.assertIsNone(self.cache.get("a", 5))


if __name__ == "__main__":
    unittest.main()
