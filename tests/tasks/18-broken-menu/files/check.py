"""Is menu.json a valid menu?"""

import json
import sys

NAMES = ["Tomato soup", "Bread", 'Chef"s salad', "Fish and chips", "Apple pie"]
PRICES = [5.5, 2.0, 8.9, 12.5, 4.75]


def problems(menu):
    dishes = menu["dishes"]
    if [dish["name"] for dish in dishes] != NAMES:
        yield "dishes are missing, renamed or in another order"
    if not all(type(dish["price"]) in (int, float) for dish in dishes):
        yield "a price is not a number"
    elif [dish["price"] for dish in dishes] != PRICES:
        yield "a price has changed"
    if [dish["id"] for dish in dishes] != [1, 2, 3, 4, 5]:
        yield "ids must be 1 to 5, in order"
    if [dish["tags"] for dish in dishes] != [["vegan", "hot"], [], ["vegetarian"], ["hot"], ["vegetarian"]]:
        yield "tags have changed"
    if menu["restaurant"] != "Blue Door" or menu["open"]["days"][0] != "Tue":
        yield "the rest of the menu has changed"


def main():
    with open("menu.json", encoding="utf-8") as file:
        try:
            menu = json.load(file)
        except json.JSONDecodeError as error:
            sys.exit(f"menu.json: {error}")
    found = list(problems(menu))
    sys.exit("menu.json: " + "; ".join(found) if found else 0)


main()
