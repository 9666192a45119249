import unittest

import stock


class LowStock(unittest.TestCase):
    def setUp(self):
        self.stock = {"pen": 12, "ruler": 4, "glue": 0, "paper": 5}

    def test_default_minimum(self):
        self.assertEqual(stock.low_stock(self.stock), ["glue", "ruler"])

    def test_other_minimum(self):
        self.assertEqual(stock.low_stock(self.stock, 1), ["glue"])
        self.assertEqual(stock.low_stock(self.stock, minimum=100), ["glue", "paper", "pen", "ruler"])

    def test_none(self):
        self.assertEqual(stock.low_stock({"pen": 12}), [])
        self.assertEqual(stock.low_stock({}), [])

    def test_stock_is_not_changed(self):
        before = dict(self.stock)
        stock.low_stock(self.stock)
        self.assertEqual(self.stock, before)


class Others(unittest.TestCase):
    def test_receive(self):
        shop = {"pen": 2}
        stock.receive(shop, "pen", 3)
        stock.receive(shop, "glue", 1)
        self.assertEqual(shop, {"pen": 5, "glue": 1})
        with self.assertRaises(ValueError):
            stock.receive(shop, "pen", 0)

    def test_value(self):
        self.assertEqual(stock.value({"pen": 2, "glue": 1}, {"pen": 150, "glue": 399}), 699)

    def test_as_lines(self):
        self.assertEqual(stock.as_lines({"pen": 12, "glue": 3}), ["   3 glue", "  12 pen"])


if __name__ == "__main__":
    unittest.main()
