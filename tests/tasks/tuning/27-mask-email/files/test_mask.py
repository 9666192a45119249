import unittest

from mask import initials, mask_card, mask_email


class Mask(unittest.TestCase):
    def test_email(self):
        self.assertEqual(mask_email("ann@example.com"), "a**@example.com")
        self.assertEqual(mask_email("x@example.com"), "x@example.com")
        self.assertEqual(mask_email("Bo.B@b.de"), "B***@b.de")

    def test_no_email(self):
        for text in ("ann", "a@b@c", "@example.com", "ann@", ""):
            with self.subTest(text=text), self.assertRaises(ValueError):
                mask_email(text)

    def test_others(self):
        self.assertEqual((initials("ann lee"), mask_card("12345678")), ("AL", "****5678"))


if __name__ == "__main__":
    unittest.main()
