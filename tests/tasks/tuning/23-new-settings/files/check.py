"""Is settings.json what the kiosk needs?"""

import json
import sys

WANTED = {
    "title": "Lobby",
    "refresh": 30,
    "fullscreen": True,
    "pages": [{"url": "/news", "seconds": 20}, {"url": "/menu", "seconds": 45}],
}

try:
    with open("settings.json", encoding="utf-8") as file:
        settings = json.load(file)
except (OSError, ValueError) as error:
    sys.exit(f"settings.json: {error}")
for key, wanted in WANTED.items():
    if settings.get(key) != wanted:
        sys.exit(f"settings.json: {key} is {settings.get(key)!r}, should be {wanted!r}")
print("settings.json is fine")
