import unittest

from paging import page_count, paginate


class PageCount(unittest.TestCase):
    def test_exact_fit_has_no_empty_last_page(self):
        self.assertEqual(page_count(20, 10), 2)

    def test_remainder_needs_one_more(self):
        self.assertEqual(page_count(21, 10), 3)

    def test_nothing_is_one_page(self):
        self.assertEqual(page_count(0, 10), 1)

    def test_size_must_be_positive(self):
        with self.assertRaises(ValueError):
            page_count(5, 0)


class Paginate(unittest.TestCase):
    def test_last_page(self):
        page = paginate(list(range(20)), number=2)
        self.assertEqual(page.items, list(range(10, 20)))
        self.assertFalse(page.has_next)
        self.assertTrue(page.has_previous)

    def test_first_page(self):
        page = paginate(list("abcde"), size=2)
        self.assertEqual((page.items, page.pages, page.has_next), (["a", "b"], 3, True))

    def test_beyond_the_end(self):
        with self.assertRaises(IndexError):
            paginate(list(range(20)), number=3)


if __name__ == "__main__":
    unittest.main()
