"""Limits of nothing, limits used up, and times by clocks that are wrong: the next request is sent when it may be."""

from pathlib import Path

import pytest
from failing import Ran, counts, opened, run, serving
from loopback import Loopback, Said

USAGE = {"input": 50, "output": 5}
SKEWED = "Wed, 25 Nov 2099 10:00:00 GMT"


def told(**headers: str) -> Said:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Said("Done.", usage=USAGE, headers=named)


@pytest.mark.parametrize(
    "first",
    [
        told(x_ratelimit_limit_requests="0", x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="1h"),
        told(anthropic_ratelimit_tokens_limit="0", anthropic_ratelimit_tokens_remaining="0"),
        told(x_ratelimit_limit_requests="60", x_ratelimit_remaining_requests="0"),
        told(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="20ms"),
        told(
            date=SKEWED,
            anthropic_ratelimit_requests_limit="50",
            anthropic_ratelimit_requests_remaining="0",
            anthropic_ratelimit_requests_reset="2099-11-25T10:00:01Z",
        ),
    ],
    ids=["no requests", "no tokens", "used up, no word of when", "used up for a moment", "another clock"],
)
def test_a_limit_of_nothing_is_none_and_one_used_up_is_waited_for(first: Said, tmp_path: Path) -> None:
    with Loopback([first, Said("Done.", usage=USAGE)]) as server:
        session = opened(serving(one=server) + "tpm = 0\nrpm = 0\n", tmp_path)
        try:
            runs = [Ran(list(session.run("Do it.")), session) for _ in range(2)]
        finally:
            session.close()
        assert ([ran.outcome for ran in runs], counts(server)) == ([("success", 0)] * 2, [2])
        assert [ran.failures for ran in runs] == [[], []]


def test_a_retry_after_by_a_clock_that_is_wrong(tmp_path: Path) -> None:
    headers = (("date", SKEWED), ("retry-after", SKEWED))
    limited = Said(fault="status", status=429, headers=headers, body={"error": {"message": "Slow."}})
    with Loopback([limited, told()]) as server:
        ran = run(serving(one=server), tmp_path)
        assert (ran.outcome, ran.failures, counts(server)) == (("success", 0), [("rate_limit", "one", "")], [2])


@pytest.mark.parametrize("limit", ["rpm = 1", "tpm = 40"])
def test_a_limit_of_the_settings_that_is_used_up_is_gone_round(limit: str, tmp_path: Path) -> None:
    fine = Said("Done.", usage={"input": 50, "output": 5})
    with Loopback([fine]) as limited, Loopback([fine]) as other:
        session = opened(f"{serving(limited=limited)}{limit}\n{serving(other=other)}", tmp_path)
        try:
            for _ in range(2):
                list(session.run("Do it."))
        finally:
            session.close()
        assert counts(limited, other) == [1, 1]
