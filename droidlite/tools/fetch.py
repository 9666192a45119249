"""The fetch tool: a public web page as text."""

from functools import partial
from urllib.parse import urlsplit

from msgspec import Struct

from droidlite.sanitise import fenced
from droidlite.tool import Outcome, Output, Tool, ToolContext
from droidlite.tools.problem import Problem, told

_SHOWN = 30_000  # characters


class Fetch(Struct, frozen=True, forbid_unknown_fields=True):
    url: str


def fetch(arguments: Fetch, context: ToolContext, call_id: str, *, public_only: bool = True) -> Outcome:
    """The page at `url`; `public_only` refuses addresses of this machine and its network."""
    from droidlite.tools.web import get
    from droidlite.tools.webtext import readable

    if not context.network:
        raise Problem("Fetching is off in this session.")
    reached = partial(context.reached, call_id)
    page = get(arguments.url, context.cancellation, public_only=public_only, reached=reached)
    text = readable(page.body, page.content_type)
    if text is None:
        raise Problem(f"{page.url} is {page.content_type or 'of unknown type'}, not text ({len(page.body):,} bytes).")
    note = f"\n(cut at {_SHOWN} of {len(text)} characters)" if len(text) > _SHOWN else ""
    note += "\n(the page was longer than could be fetched)" if page.cut else ""
    status = "" if page.status == 200 else f" (HTTP {page.status})"
    content = f"{page.url}{status}\n\n{fenced(text[:_SHOWN])}{note}"
    return Outcome(
        content,
        is_error=page.status >= 400,
        displays=(Output(f"{page.url}{status}, {len(text)} characters"),),
        blocked="credential" if page.status in (401, 403, 407) else "",
    )


def hosts_meant(url: str) -> tuple[str, ...]:
    """The host of an address, as rules name it; () where it has none."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return ()
    return (host.rstrip("."),) if host else ()


TOOL = Tool(
    name="fetch",
    description="Fetch a public http(s) page as text.",
    arguments=Fetch,
    effect="network",
    targets=lambda arguments, context: hosts_meant(arguments.url),
    run=told(partial(fetch, public_only=True)),
)
