"""Can menu.json be loaded, and does it have all the dishes with the right prices?"""

import json
import sys

DISHES = {
    "Tomato salad": (4.9, True),
    "Pumpkin soup": (5.5, True),
    "Fried herring": (12.5, False),
    "Apple pie": (4, True),
}


def load(name):
    with open(name, encoding="utf-8") as file:
        try:
            return json.load(file)
        except json.JSONDecodeError as error:
            sys.exit(f"{name}: {error}")


def problems(menu):
    if menu.get("restaurant") != "Zum Anker":
        yield "the restaurant should still be Zum Anker"
    if menu.get("closed") != ["Monday", "Tuesday"]:
        yield "it should still be closed on Monday and Tuesday"
    dishes = menu.get("dishes", [])
    if [dish.get("name") for dish in dishes] != list(DISHES):
        yield f"there should be these dishes: {', '.join(DISHES)}"
        return
    for dish in dishes:
        name, price = dish["name"], dish.get("price")
        wanted, vegetarian = DISHES[name]
        if type(price) not in (int, float):
            yield f"{name}: the price should be a number, not {price!r}"
        elif price != wanted:
            yield f"{name}: the price should be {wanted}, not {price}"
        if dish.get("vegetarian") is not vegetarian:
            yield f"{name}: vegetarian should still be {vegetarian}"


def main():
    found = [f"menu.json: {problem}" for problem in problems(load("menu.json"))]
    if found:
        sys.exit("\n".join(found))
    print("menu.json is fine")


main()
