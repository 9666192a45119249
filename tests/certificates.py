"""A certificate authority that lives as long as a test, and servers that show what it signed."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import trustme

OURS = "ours"


@cache
def authority(name: str) -> trustme.CA:
    """One for each name. OURS is the one a test lets be trusted."""
    return trustme.CA(organization_name=name)


def speaking_tls(*names: str, by: str = OURS, expired: bool = False) -> ssl.SSLContext:
    """What a server of those `names` needs, signed by the authority `by`."""
    until = datetime.now(UTC) - timedelta(days=1) if expired else None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority(by).issue_cert(*names, not_after=until).configure_cert(context)
    return context


def authority_file(folder: Path) -> Path:
    """The file of our authority's certificate, as SSL_CERT_FILE wants it."""
    path = folder / "ca.pem"
    authority(OURS).cert_pem.write_to_path(path)
    return path
