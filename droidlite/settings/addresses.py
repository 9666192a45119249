"""Whether an address or a key can be sent anything with: told before a request is tried, and paid, with it."""

from urllib.parse import urlsplit


def address_problem(url: str) -> str:
    """What is wrong with the address of a service, as the end of a sentence about it; "" = nothing."""
    if not url.startswith(("http://", "https://")):
        return "must begin with http:// or https://"
    if any(not letter.isprintable() or letter.isspace() for letter in url):
        return "has a blank or a character that cannot be seen in it; write the address alone"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no address; write it as http://HOST:PORT, a port being a number up to 65535"
    if not parts.hostname:
        return "names no host; write it as https://HOST, such as http://127.0.0.1:8000/v1"
    return "has port 0; a port is a number from 1 to 65535" if port == 0 else ""


def key_problem(key: str) -> str:
    """The same of a key, whose value is not told: a header carries only visible ASCII characters."""
    if key.isascii() and key.isprintable():
        return ""
    return "has a character that no key has, such as a line end or a letter with an accent; copy the key anew"
