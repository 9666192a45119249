"""Which pages are fetched unasked: those of hosts that the person has allowed in this session, one by one."""

import pytest

from droidlite.agent.permissions import Permissions, Ruling, Verdict
from droidlite.tool import Answer, Approval
from droidlite.tools.fetch import TOOL, Fetch, hosts_meant
from droidlite.types import Autonomy


class Asked(list[str]):
    """A person who allows what they are asked for the rest of the session; what that would be."""

    def __call__(self, approval: Approval) -> Answer:
        self.append(approval.always)
        return Answer("session")


def permissions(asked: Asked, autonomy: Autonomy = "medium") -> Permissions:
    return Permissions(autonomy, judge=lambda command, level, prefixes: Ruling(False, ""), ask=asked)


def decide(permissions: Permissions, url: str) -> Verdict:
    return permissions.decide(TOOL, Fetch(url), url, lambda: (), hosts_meant(url))


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
        assert decide(allowed, url).allow
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
        decide(allowed, url)
    assert asked == ["", ""]


def test_at_high_nobody_is_asked() -> None:
    asked = Asked()
    assert decide(permissions(asked, "high"), "https://a.test").allow
    assert asked == []
