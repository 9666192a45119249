import unittest

from temperature import c_to_f, f_to_c


class Temperature(unittest.TestCase):
    def test_c_to_f(self):
        self.assertEqual([c_to_f(c) for c in (0, 100, -40, 36.6)], [32.0, 212.0, -40.0, 97.9])

    def test_f_to_c(self):
        self.assertEqual([f_to_c(f) for f in (32, 212, -40, 100)], [0.0, 100.0, -40.0, 37.8])

    def test_below_absolute_zero(self):
        with self.assertRaises(ValueError):
            c_to_f(-273.16)
        with self.assertRaises(ValueError):
            f_to_c(-460)


if __name__ == "__main__":
    unittest.main()
