"""Bookmarks, grouped by the site they belong to."""

from urllib.parse import urlsplit


def site_name(address):
    """The name of the site, without a www. in front."""
    host = urlsplit(address).hostname or ""
    return host.lstrip("www.")


def by_site(addresses):
    """A dict from each site to the addresses that belong to it."""
    groups = {}
    for address in addresses:
        groups.setdefault(site_name(address), []).append(address)
    return groups


def is_secure(address):
    return urlsplit(address).scheme == "https"


def label(title, address):
    return f"{title} ({site_name(address)})"
