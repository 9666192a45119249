import unittest

from recipes import describe, scale, shopping_list


def pancakes():
    return {"title": "Pancakes", "servings": 4, "ingredients": {"flour": 200, "milk": 500}}


class Scale(unittest.TestCase):
    def test_more(self):
        bigger = scale(pancakes(), 8)
        self.assertEqual(bigger, {"title": "Pancakes", "servings": 8, "ingredients": {"flour": 400, "milk": 1000}})

    def test_fewer(self):
        self.assertEqual(scale(pancakes(), 1)["ingredients"], {"flour": 50, "milk": 125})

    def test_original_stays(self):
        recipe = pancakes()
        scale(recipe, 8)
        self.assertEqual(recipe, pancakes())

    def test_several_sizes_of_one_recipe(self):
        recipe = pancakes()
        sizes = [scale(recipe, servings) for servings in (2, 6)]
        self.assertEqual([size["servings"] for size in sizes], [2, 6])
        self.assertEqual([size["ingredients"]["flour"] for size in sizes], [100, 300])

    def test_no_servings(self):
        with self.assertRaises(ValueError):
            scale(pancakes(), 0)


class Others(unittest.TestCase):
    def test_shopping_list(self):
        bread = {"title": "Bread", "servings": 2, "ingredients": {"flour": 500, "yeast": 7}}
        self.assertEqual(shopping_list([pancakes(), bread]), {"flour": 700, "milk": 500, "yeast": 7})

    def test_describe(self):
        self.assertEqual(describe(pancakes()), "Pancakes (serves 4)")


if __name__ == "__main__":
    unittest.main()
