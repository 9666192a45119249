import unittest
from pathlib import Path

import shop
from shop.cart import Cart
from shop.prices import gross_price, tax
from shop.report import receipt

ROOT = Path(__file__).resolve().parent.parent


class Prices(unittest.TestCase):
    def test_gross_price(self):
        self.assertEqual((gross_price(100), gross_price(100, 7), gross_price(3)), (119, 107, 4))

    def test_tax(self):
        self.assertEqual(tax(200), 38)

    def test_exported(self):
        self.assertEqual(shop.__all__, ["gross_price"])


class Users(unittest.TestCase):
    def test_cart(self):
        cart = Cart()
        cart.add("bread", 200, food=True)
        cart.add("pen", 100)
        self.assertEqual(cart.total(), 214 + 119)

    def test_receipt(self):
        self.assertEqual(receipt([("pen", 100)]), "pen             1.19")


class OldName(unittest.TestCase):
    def test_is_gone(self):
        texts = [ROOT / "README.md", *sorted((ROOT / "shop").rglob("*.py"))]
        self.assertEqual([path.name for path in texts if "price_with_tax" in path.read_text()], [])


if __name__ == "__main__":
    unittest.main()
