"""Is config.json what the gallery needs?"""

import json
import sys

WANTED = {
    "name": "gallery",
    "server": {"host": "127.0.0.1", "port": 8080},
    "folders": ["photos", "scans"],
    "thumbnails": {"width": 320, "quality": 85},
}


def main():
    with open("config.json", encoding="utf-8") as file:
        try:
            config = json.load(file)
        except json.JSONDecodeError as error:
            sys.exit(f"config.json: {error}")
    for key, wanted in WANTED.items():
        if config.get(key) != wanted:
            sys.exit(f"config.json: {key} is {config.get(key)!r}, should be {wanted!r}")
    print("config.json is fine")


main()
