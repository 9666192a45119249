"""Recipes are dicts with a title, the servings and the grams of each ingredient."""


def scale(recipe, servings):
    """The recipe for another number of servings."""
    if servings <= 0:
        raise ValueError("a recipe needs at least one serving")
    factor = servings / recipe["servings"]
    for name in recipe["ingredients"]:
        recipe["ingredients"][name] *= factor
    recipe["servings"] = servings
    return recipe


def shopping_list(recipes):
    """Grams of each ingredient that all the recipes need together."""
    needed = {}
    for recipe in recipes:
        for name, grams in recipe["ingredients"].items():
            needed[name] = needed.get(name, 0) + grams
    return needed


def describe(recipe):
    return f"{recipe['title']} (serves {recipe['servings']})"
