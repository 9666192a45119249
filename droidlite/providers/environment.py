"""What the environment says of the way out: proxies (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) and certificates
(SSL_CERT_FILE, SSL_CERT_DIR). httpx2 reads them; what it cannot use is told in a sentence."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ssl import SSLContext

    import httpx2


class Unusable(ValueError):
    """A variable that cannot be used as it is: one clear sentence without its value, which may hold a password."""


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


@cache
def trusted() -> "SSLContext":
    """The certificates this system trusts (or those of SSL_CERT_FILE, else SSL_CERT_DIR), loaded once. Raises
    Unusable."""
    from ssl import SSLError

    import httpx2

    file, folder = os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", "")
    if not file and folder and not os.path.isdir(folder):
        raise Unusable(f"SSL_CERT_DIR names {folder}, which is no folder; name one with certificates, or unset it.")
    try:
        return httpx2.create_ssl_context()
    except OSError as error:
        if not file:
            raise
        reason = "no certificate in it" if isinstance(error, SSLError) else error.strerror or str(error)
        what = f"SSL_CERT_FILE names {file}, which cannot be used ({reason})"
        raise Unusable(f"{what}; name a file of certificates in PEM form, or unset it.") from error


def open_client(base_url: str, **options: Any) -> "httpx2.Client":
    """An HTTP client that goes by the proxy the environment names, but never by one to this machine. Raises
    Unusable."""
    import httpx2

    if is_loopback(base_url):
        return httpx2.Client(trust_env=False, **options)
    try:
        return httpx2.Client(trust_env=True, **options)
    except (ImportError, ValueError, httpx2.InvalidURL):  # it wants to be able to use all of them, needed or not
        return _with_its_own(base_url, options)


def proxy_setting(scheme: str) -> str:
    """What names the proxy for URLs of that scheme, for a person to look at."""
    from urllib.request import getproxies_environment

    named = getproxies_environment()
    found = (f"{kind.upper()}_PROXY" for kind in (scheme, "all") if named.get(kind))
    return next(found, "the proxy settings of this system")


def _with_its_own(base_url: str, options: dict[str, Any]) -> "httpx2.Client":
    """Many people's ALL_PROXY names a SOCKS proxy beside an HTTPS_PROXY that is all that is needed."""
    from urllib.request import getproxies, proxy_bypass

    import httpx2

    parts, named = urlsplit(base_url), getproxies()
    address = named.get(parts.scheme) or named.get("all") or ""
    if not address or proxy_bypass(parts.hostname or ""):
        return httpx2.Client(trust_env=False, **options)
    try:
        proxy = address if "://" in address else f"http://{address}"
        return httpx2.Client(trust_env=False, proxy=proxy, **options)
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        setting = proxy_setting(parts.scheme)
        if address.startswith("socks"):
            what = f"{setting} names a SOCKS proxy, which needs the Python package socksio"
            raise Unusable(f"{what}; install that, or name an HTTP proxy in HTTPS_PROXY.") from error
        what = f"{setting} names no proxy that can be used"
        form = "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, special characters percent-encoded"
        raise Unusable(f"{what}; write it as {form}.") from error
