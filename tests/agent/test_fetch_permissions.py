"""Which pages are fetched unasked: those of hosts that the person has allowed in this session, one by one."""

import pytest

from droidlite.agent.permissions import Permissions, Ruling
from droidlite.tool import Answer, Approval
from droidlite.tools.fetch import TOOL, Fetch
from droidlite.types import Autonomy


class Asked(list[str]):
    """A person who allows what they are asked for the rest of the session; what that would be."""

    def __call__(self, approval: Approval) -> Answer:
        self.append(approval.always)
        return Answer("session")


def permissions(asked: Asked, autonomy: Autonomy = "medium") -> Permissions:
    return Permissions(autonomy, judge=lambda command, level, prefixes: Ruling(False, ""), ask=asked)


def test_a_host_that_was_allowed_is_not_another() -> None:
    asked = Asked()
    allowed = permissions(asked)
    for url in (
        "https://docs.example.org/a",
        "https://DOCS.example.org:8443/b?c=d",
        "https://docs.example.org@evil.test/",
        "https://docs.example.org.evil.test/?k=canary",
        "https://evil.test/https://docs.example.org/",
        "https://example.org/",
    ):
        assert allowed.decide(TOOL, Fetch(url), url, lambda: ()).allow
    assert asked == [
        "fetching pages of docs.example.org",
        "fetching pages of evil.test",
        "fetching pages of docs.example.org.evil.test",
        "fetching pages of example.org",
    ]


@pytest.mark.parametrize("url", ["http://[", "no address", "https:///x"])
def test_what_names_no_host_is_allowed_once_only(url: str) -> None:
    asked = Asked()
    allowed = permissions(asked)
    for _ in range(2):
        allowed.decide(TOOL, Fetch(url), url, lambda: ())
    assert asked == ["", ""]


def test_at_high_nobody_is_asked() -> None:
    asked = Asked()
    assert permissions(asked, "high").decide(TOOL, Fetch("https://a.test"), "", lambda: ()).allow
    assert asked == []
