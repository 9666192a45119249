"""Does de.json have the same texts as en.json, with the same placeholders?"""

import json
import re
import sys

KEPT = {"login": "Anmelden", "logout": "Abmelden", "search": "Suche", "save": "Speichern", "cancel": "Abbrechen"}


def load(name):
    with open(name, encoding="utf-8") as file:
        try:
            return json.load(file)
        except json.JSONDecodeError as error:
            sys.exit(f"{name}: {error}")


def placeholders(text):
    return sorted(re.findall(r"{(\w*)}", text))


def problems(english, german):
    for key, text in english.items():
        if not german.get(key):
            yield f"{key} is missing"
        elif placeholders(german[key]) != placeholders(text):
            yield f"{key} has the placeholders {placeholders(german[key])}, should have {placeholders(text)}"
    for key in german:
        if key not in english:
            yield f"{key} is not in en.json"
    for key, text in KEPT.items():
        if key in german and german[key] != text:
            yield f"{key} was fine before, it should still be {text!r}"


def main():
    found = [f"de.json: {problem}" for problem in problems(load("en.json"), load("de.json"))]
    if found:
        sys.exit("\n".join(found))
    print("de.json is fine")


main()
