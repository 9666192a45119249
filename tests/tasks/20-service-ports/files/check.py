"""Do services.toml and ports.json agree?"""

import json
import sys
import tomllib


def problems(services, ports):
    for name, service in services.items():
        for other in service["depends"]:
            if other not in services:
                yield f"{name} depends on {other!r}, which does not exist"
        if ports.get(name) != service["port"]:
            yield f"ports.json: {name} is {ports.get(name)}, services.toml says {service['port']}"
    for name in sorted(set(ports) - set(services)):
        yield f"ports.json: no service {name!r}"
    if services.get("mail") != {"port": 2526, "depends": ["database"]}:
        yield "mail must be the newer entry"
    if sorted(services) != ["cache", "database", "mail", "web"]:
        yield "services are missing"
    if services.get("database", {}).get("port") != 5432:
        yield "the database's port has changed"


def main():
    with open("services.toml", "rb") as file:
        try:
            settings = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            sys.exit(f"services.toml: {error}")
    with open("ports.json", encoding="utf-8") as file:
        ports = json.load(file)
    if settings["defaults"] != {"restart": True, "timeout": 30}:
        sys.exit("services.toml: the defaults have changed")
    sys.exit("\n".join(problems(settings["services"], ports)) or 0)


main()
