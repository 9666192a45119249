"""The fault table, row by row: true sessions over true SDKs, attempts counted by the services themselves."""

import os
import threading
from pathlib import Path

import pytest
from binary import endpoint_settings
from failing import MODEL, Ran, counts, opened, run, serving
from loopback import Asked, Loopback, Said
from loopback_bedrock import BEDROCK
from loopback_replies import PATHS

from droidlite.agent.compaction import compact
from droidlite.app.aside import ask_aside, unseen
from droidlite.app.healths import Healths, healths
from droidlite.app.ways import Ways
from droidlite.events import AttemptFailed as AttemptFailedEvent
from droidlite.events import Compacted
from droidlite.routing.warmth import KEPT_SECONDS
from droidlite.session.lines import JOURNAL, scan
from droidlite.session.records import AttemptFailed, Record, Switched
from droidlite.settings import endpoints
from droidlite.types import Endpoint, Request, User

LONG = {"input": 10, "cache_write": 90_000, "output": 5}
FINE = Said("Done.", usage={"input": 50, "output": 5})


def status(code: int, kind: str = "api_error", message: str = "It said so.", **headers: str) -> Said:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Said(fault="status", status=code, headers=named, body={"error": {"type": kind, "message": message}})


def healths_path() -> Path:
    return Path(os.environ["DROIDLITE_HOME"]) / "state" / "endpoints.json"


def records(session_id: str) -> list[Record]:
    journal = healths_path().parent / "sessions" / session_id / JOURNAL
    return [line.record for line in scan(journal) if line.record is not None]


QUOTA = status(429, "insufficient_quota", "You exceeded your current quota")
LATER = status(429, "rate_limit_error", retry_after="600")


@pytest.mark.parametrize(
    "said",
    [
        status(500),
        status(503),
        status(529, "overloaded_error"),
        status(429, "rate_limit_error"),
        Said(fault="reset_first"),
        Said("Half of it.", fault="overloaded"),
        Said("Half of it.", fault="reset"),
        Said("Half of it.", fault="cut"),
        Said("Half of it.", fault="eof"),
        Said("Half of it.", fault="broken"),
        Said(fault="html"),
        Said(fault="json"),
        Said(fault="empty"),
        Said(fault="thinking"),
    ],
    ids=lambda said: f"{said.fault} {said.status if said.fault == 'status' else ''}",
)
def test_what_fails_once_takes_two_attempts(said: Said, tmp_path: Path) -> None:
    with Loopback([said, FINE]) as server:
        ran = run(serving(one=server), tmp_path)
        assert (ran.outcome, ran.finished.result, counts(server)) == (("success", 0), "Done.", [2])


def test_a_silent_service_is_left_after_the_limit(tmp_path: Path) -> None:
    with Loopback([Said("Half of it.", fault="pings"), FINE]) as server:
        ran = run("stall_seconds = 0.3\n" + serving(one=server), tmp_path)
        assert (ran.outcome, ran.failures, counts(server)) == (("success", 0), [("stalled", "one", "")], [2])


@pytest.mark.parametrize(
    ("said", "exit_code", "attempts"),
    [
        (status(401, "authentication_error"), 1, 1),
        (QUOTA, 1, 1),
        (status(404, "not_found_error"), 1, 1),
        (status(400, "invalid_request_error"), 1, 1),
        (Said("No.", stop="refusal"), 1, 1),
        (status(307, location="http://127.0.0.1:9/"), 1, 1),
        (status(500, x_should_retry="false"), 75, 1),
        (LATER, 75, 1),
        (status(500), 75, 4),
        (status(529, "overloaded_error"), 75, 3),
        (Said(fault="html"), 75, 3),
        (Said(fault="empty"), 75, 2),
    ],
    ids=["401", "quota", "model", "400", "refusal", "redirect", "no-retry", "later", "500", "529", "html", "empty"],
)
def test_what_fails_for_ever_alone(said: Said, exit_code: int, attempts: int, tmp_path: Path) -> None:
    with Loopback([said]) as server:
        ran = run(serving(one=server), tmp_path)
        assert (ran.finished.exit_code, counts(server)) == (exit_code, [attempts])
        assert len(ran.failures) == attempts - 1
    assert ran.finished.result.startswith(("Endpoint one (127.0.0.1)", f"{MODEL} at Endpoint one"))


@pytest.mark.parametrize(
    ("said", "attempts"),
    [
        (status(401, "authentication_error"), [1, 1]),
        (QUOTA, [1, 1]),
        (status(404, "not_found_error"), [1, 1]),
        (status(307, location="http://127.0.0.1:9/"), [1, 1]),
        (status(500, x_should_retry="false"), [1, 1]),
        (LATER, [1, 1]),
        (status(500), [1, 1]),
        (Said(fault="html"), [1, 1]),
    ],
    ids=["401", "quota", "model", "redirect", "no-retry", "later", "5xx", "html"],
)
def test_what_fails_for_ever_is_had_elsewhere(said: Said, attempts: list[int], tmp_path: Path) -> None:
    with Loopback([said]) as bad, Loopback([FINE]) as good:
        ran = run(serving(bad=bad, good=good), tmp_path)
        assert (ran.outcome, counts(bad, good)) == (("success", 0), attempts)
        ((fault, where, to),) = ran.failures
        assert (where, to) == ("bad", "good")
        (record,) = [r for r in records(ran.finished.session_id) if isinstance(r, AttemptFailed)]
        assert (record.model, record.endpoint, record.fault, record.attempt, record.wait_seconds, record.to) == (
            MODEL, "bad", fault, 1, 0.0, "good"
        )  # fmt: skip


def test_a_healthy_way_is_found_behind_three_that_refuse_or_fail(tmp_path: Path) -> None:
    refused, broken = status(401, "authentication_error"), status(500)
    with Loopback([refused]) as a, Loopback([LATER]) as b, Loopback([broken]) as c, Loopback([FINE]) as d:
        ran = run(serving(a=a, b=b, c=c, d=d), tmp_path)
        assert (ran.outcome, counts(a, b, c, d)) == (("success", 0), [1, 1, 1, 1])
    with Loopback([QUOTA, QUOTA, QUOTA, FINE]) as server:
        keys = 'api_keys = ["key-two-of-four", "key-three-of-four", "key-four-of-four"]\n'
        ran = run(serving(one=server) + keys, tmp_path)
        assert (ran.outcome, counts(server)) == (("success", 0), [4])


def test_what_a_cloud_throttles_is_had_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("boto3")
    monkeypatch.setitem(PATHS, f"/model/{MODEL}/invoke-with-response-stream", "anthropic")
    throttled = Said("Half of it.", fault="error", body={"type": "throttlingException"})
    with Loopback([throttled], framing=BEDROCK) as cloud, Loopback([FINE]) as direct:
        named = 'kind = "bedrock"\nregion = "eu-west-1"\n'
        ran = run(serving(cloud=cloud) + named + serving(direct=direct), tmp_path)
        assert (ran.outcome, ran.failures) == (("success", 0), [("rate_limit", "cloud", "direct")])


def test_a_cloud_whose_packages_are_missing_is_no_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(endpoints.CLOUDS, "bedrock", "no_such_package")
    with Loopback([FINE]) as cloud, Loopback([FINE]) as direct:
        named = 'kind = "bedrock"\nregion = "eu-west-1"\n'
        ran = run(serving(cloud=cloud) + named + serving(direct=direct), tmp_path)
        assert (ran.outcome, counts(cloud, direct)) == (("success", 0), [0, 1])


@pytest.mark.parametrize("said", [status(400, "invalid_request_error"), Said("No.", stop="refusal")])
def test_what_the_request_is_to_blame_for_is_sent_nowhere_else(said: Said, tmp_path: Path) -> None:
    with Loopback([said]) as one, Loopback([FINE]) as other:
        ran = run(serving(one=one, other=other), tmp_path)
        assert (ran.finished.exit_code, counts(one, other)) == (1, [1, 0])


def test_an_answer_that_had_begun_is_charged_whatever_ends_it(tmp_path: Path) -> None:
    with Loopback([Said("Half of it.", fault="error", body={"type": "insufficient_quota"})]) as server:
        ran = run(serving(one=server), tmp_path)
        assert (ran.finished.exit_code, counts(server), ran.finished.total_cost_usd > 0) == (1, [1], True)


def test_where_the_retries_are_used_up_there_is_one_attempt(tmp_path: Path) -> None:
    with Loopback([status(500)]) as server:
        session = opened(serving(one=server), tmp_path)
        try:
            ways = session.parts.agent.driver.route.failover
            assert isinstance(ways, Ways)
            while ways.retries.take():
                pass
            assert (Ran(list(session.run("Do it.")), session).finished.exit_code, counts(server)) == (75, [1])
        finally:
            session.close()


def test_a_retry_after_is_never_cut_short(tmp_path: Path) -> None:
    with Loopback([status(429, "rate_limit_error", retry_after_ms="300"), FINE]) as server:
        ran = run(serving(one=server), tmp_path)
        first, second = server.requests
        assert (ran.outcome, second.at - first.at >= 0.3) == (("success", 0), True)


def test_all_cooling_waits_for_the_earliest(tmp_path: Path) -> None:
    late, soon = status(429, "rate_limit_error", retry_after="60"), status(429, "rate_limit_error", retry_after="1")
    with Loopback([late, FINE]) as one, Loopback([soon, FINE]) as other:
        ran = run(serving(one=one, other=other), tmp_path)
        assert (ran.outcome, counts(one, other)) == (("success", 0), [1, 2])
        failed = [r for r in records(ran.finished.session_id) if isinstance(r, AttemptFailed)]
        assert [(r.endpoint, r.wait_seconds, r.to) for r in failed] == [("one", 0.0, "other"), ("other", 1.0, "")]


def test_the_next_key_of_an_endpoint(tmp_path: Path) -> None:
    def answer(body: object, n: int) -> Said:
        return QUOTA if server.requests[n].headers["authorization"] != "Bearer key-three" else FINE

    with Loopback(answer) as server:
        keys = 'api_keys = ["key-two", "key-three"]\n'
        session = opened(serving(one=server) + keys, tmp_path)
        try:
            assert [list(session.run("Do it."))[-1].subtype for _ in range(2)] == ["success", "success"]  # type: ignore[union-attr]
        finally:
            session.close()
        used = [seen.headers["authorization"].removeprefix("Bearer ") for seen in server.requests]
        assert used == ["key-of-one", "key-two", "key-three", "key-three"], "what is in quarantine is left alone"


def test_each_endpoint_has_its_own_name_for_the_model(tmp_path: Path) -> None:
    with Loopback([LATER]) as direct, Loopback([FINE]) as cloud:
        named = f'names = {{ "{MODEL}" = "anthropic.{MODEL}-v1:0" }}\n'
        ran = run(serving(direct=direct, cloud=cloud) + named, tmp_path)
        assert [server.requests[0].json["model"] for server in (direct, cloud)] == [MODEL, f"anthropic.{MODEL}-v1:0"]
        assert list(ran.finished.model_usage) == [MODEL]
        assert ran.finished.total_cost_usd > 0


def test_a_dead_endpoint_is_left_alone_once_it_is_known(tmp_path: Path) -> None:
    with Loopback([FINE]) as good:
        dead = Endpoint(name="dead", protocol="anthropic", base_url="http://127.0.0.1:9", api_key="key-of-dead")
        session = opened(endpoint_settings(dead, name="dead") + serving(good=good), tmp_path)
        try:
            failures = sum(len(Ran(list(session.run("Do it.")), session).failures) for _ in range(20))
        finally:
            session.close()
        assert (failures <= 5, counts(good)) == (True, [20])


def test_a_stream_that_dies_after_a_call_was_announced_has_no_effect(tmp_path: Path) -> None:
    mark = tmp_path / "marks"
    calling = Asked("shell", {"command": f"echo x >> {mark}"})
    with Loopback([Said("I", calls=(calling,), fault="eof"), Said(calls=(calling,)), FINE]) as server:
        ran = run(serving(one=server), tmp_path, autonomy="high")
        assert (ran.outcome, mark.read_text(), counts(server)) == (("success", 0), "x\n", [3])


@pytest.mark.parametrize("region", ["", 'region = "eu"\n'])
def test_it_never_goes_where_policy_forbids(region: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policy.toml").write_text('[models]\nregions = ["us"]\n')
    monkeypatch.setenv("DROIDLITE_POLICY", str(tmp_path / "policy.toml"))
    with Loopback([LATER]) as us, Loopback([FINE]) as elsewhere:
        ran = run(serving(us=us) + 'region = "us"\n' + serving(elsewhere=elsewhere) + region, tmp_path)
        assert (ran.finished.exit_code, counts(us, elsewhere)) == (75, [1, 0])


def test_an_endpoint_that_was_named_with_the_model_is_the_only_one(tmp_path: Path) -> None:
    with Loopback([LATER]) as house, Loopback([FINE]) as other:
        ran = run(serving(other=other, house=house), tmp_path, model=f"house/{MODEL}")
        assert (ran.finished.exit_code, counts(house, other)) == (75, [1, 0])


def test_a_provider_that_was_named_with_the_model_is_no_endpoint(tmp_path: Path) -> None:
    with Loopback([LATER]) as direct, Loopback([FINE]) as other:
        ran = run(serving(anthropic=direct, other=other), tmp_path, model=f"anthropic/{MODEL}")
        assert (ran.outcome, counts(direct, other)) == (("success", 0), [1, 1])


def test_the_next_prompt_of_a_session_with_nothing_open_sends_nothing(tmp_path: Path) -> None:
    with Loopback([LATER]) as server:
        session = opened(serving(one=server), tmp_path)
        try:
            first, second = (Ran(list(session.run("Do it.")), session).finished for _ in range(2))
        finally:
            session.close()
        assert (first.exit_code, second.exit_code, counts(server)) == (75, 75, [1])
        assert second.result.startswith("Endpoint one takes no requests for ")
        assert "It last said: Endpoint one (127.0.0.1) limits the rate of requests" in second.result


def test_a_question_aside_goes_the_same_ways(tmp_path: Path) -> None:
    with Loopback([LATER]) as bad, Loopback([FINE]) as good:
        session = opened(serving(bad=bad, good=good), tmp_path)
        try:
            driver = session.parts.agent.driver
            request = Request(system="Judge.", tools=(), messages=(User("What is it?"),), max_output=20)
            answer = unseen(ask_aside(driver.route, driver.budget, request, driver.cancellation))
            assert (answer.text, counts(bad, good)) == ("Done.", [1, 1])
        finally:
            session.close()


@pytest.mark.parametrize("spare", [False, True], ids=["another endpoint", "another model"])
def test_a_summary_goes_the_same_ways_and_takes_nothing_over(spare: bool, tmp_path: Path) -> None:
    with Loopback([FINE, FINE, QUOTA]) as bad, Loopback([Said("## Goal\nIt is done.")]) as good:
        settings = serving(bad=bad)
        settings = with_fallback(good, "gpt-6.1-sol") + settings if spare else settings + serving(good=good)
        session = opened(settings, tmp_path)
        try:
            list(session.run("One."))
            list(session.run("Two."))
            agent = session.parts.agent
            events = list(compact(agent.transcript, agent.driver))
            assert [type(event) for event in events] == [AttemptFailedEvent, Compacted]
            assert (counts(bad, good), agent.driver.switches) == ([3, 1], [])
            assert (agent.driver.route.spec.id, agent.driver.route.endpoint) == (MODEL, "bad" if spare else "good")
        finally:
            session.close()


# --- another model ----------------------------------------------------------------------------------------------------


def with_fallback(good: Loopback, model: str, *more: str) -> str:
    lines = "\n".join(more)
    return f'[router]\nfallback = ["{model}"]\n{lines}\n' + endpoint_settings(
        good.endpoint("openai-responses"), name="spare", models=f'["{model}"]'
    )


def test_a_model_of_the_same_tier_takes_over_and_is_told_once(tmp_path: Path) -> None:
    with Loopback([QUOTA]) as bad, Loopback([FINE]) as good:
        ran = run(with_fallback(good, "gpt-6.1-sol") + serving(bad=bad), tmp_path)
        assert (ran.outcome, ran.switches, counts(bad, good)) == (("success", 0), [(MODEL, "gpt-6.1-sol")], [1, 1])
        (switched,) = [r.switch for r in records(ran.finished.session_id) if isinstance(r, Switched)]
        assert switched.cause == "no way to it is open (bad: quota)"
        assert switched.price_usd > 0
        assert ran.session.parts.agent.driver.route.spec.id == "gpt-6.1-sol"


def test_no_note_is_asked_of_a_model_that_cannot_be_reached(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("a long line of nothing much\n" * 1_900)
    read = Said(calls=tuple(Asked("read", {"file_path": "long.txt"}) for _ in range(6)), usage=LONG)
    with Loopback([read, Said("Done.", usage=LONG), QUOTA]) as bad, Loopback([FINE]) as good:
        session = opened(with_fallback(good, "gpt-6.1-sol") + serving(bad=bad), tmp_path)
        try:
            list(session.run("One."))
            list(session.run("Two."))
            assert counts(bad, good) == [3, 1]
            (switch,) = session.parts.agent.driver.switches
            assert (switch.reasons, "left a note" in str(switch)) == ((), False)
        finally:
            session.close()


def test_what_was_refused_is_not_asked_again_and_says_so(tmp_path: Path) -> None:
    with Loopback([status(401, "authentication_error", "Bad key.")]) as server:
        session = opened(serving(one=server), tmp_path)
        try:
            first, second = (Ran(list(session.run("Do it.")), session).finished for _ in range(2))
        finally:
            session.close()
        assert (first.exit_code, second.exit_code, counts(server)) == (1, 1, [1])
        assert second.result.endswith("Bad key. It is left alone until droidlite is started anew.")


@pytest.mark.parametrize(
    ("model", "more", "code"),
    [
        ("gpt-6-luna", (), 75),  # weaker: never
        ("gpt-6-luna", ("fallback_stronger = true",), 75),
        ("gpt-6-astra", (), 75),  # stronger: only where it is allowed
        ("gpt-6-astra", ("fallback_stronger = true",), 0),
    ],
)
def test_never_a_weaker_model_and_a_stronger_one_only_where_allowed(
    model: str, more: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    with Loopback([LATER]) as bad, Loopback([FINE]) as good:
        ran = run(with_fallback(good, model, *more) + serving(bad=bad), tmp_path)
        assert (ran.finished.exit_code, counts(good)) == (code, [0 if code else 1])


def test_policy_may_forbid_a_stronger_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policy.toml").write_text("[router]\nfallback_stronger = false\n")
    monkeypatch.setenv("DROIDLITE_POLICY", str(tmp_path / "policy.toml"))
    with Loopback([LATER]) as bad, Loopback([FINE]) as good:
        settings = with_fallback(good, "gpt-6-astra", "fallback_stronger = true") + serving(bad=bad)
        assert (run(settings, tmp_path).finished.exit_code, counts(good)) == (75, [0])


def test_policy_may_name_who_takes_over_where_the_person_names_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "policy.toml").write_text('[router]\nfallback = ["gpt-6.1-sol"]\n')
    monkeypatch.setenv("DROIDLITE_POLICY", str(tmp_path / "policy.toml"))
    with Loopback([LATER]) as bad, Loopback([FINE]) as good:
        spare = endpoint_settings(good.endpoint("openai-responses"), name="spare", models='["gpt-6.1-sol"]')
        ran = run(serving(bad=bad) + spare, tmp_path)
        assert (ran.outcome, ran.switches, counts(bad, good)) == (("success", 0), [(MODEL, "gpt-6.1-sol")], [1, 1])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (status(404, "not_found_error", "model: claude-sonnet-5-5"), "model: claude-sonnet-5-5"),
        (status(400, "invalid_request_error", "This model is retired."), "This model is retired"),
        (status(400, "invalid_request_error", "Unknown model: claude-5"), "Unknown model: claude-5"),
    ],
)
def test_a_model_that_is_gone_names_its_like(said: Said, told: str, tmp_path: Path) -> None:
    with Loopback([said]) as server:
        settings = endpoint_settings(server.endpoint("anthropic"), models='["claude-*"]')
        ran = run(settings, tmp_path)
    assert ran.finished.result.endswith(
        f"It said: {told}. Nearest here: claude-sonnet-5, claude-opus-5-5, claude-opus-5."
    )


def test_where_there_is_no_service_no_model_is_named(tmp_path: Path) -> None:
    with Loopback([status(404, "invalid_request_error", "Invalid URL")]) as server:
        ran = run(serving(one=server), tmp_path)
    assert ran.finished.result == (
        "Endpoint one (127.0.0.1) has nothing there that speaks anthropic (HTTP 404); check the endpoint's base_url "
        "and protocol. It said: Invalid URL"
    )


# --- sticky -----------------------------------------------------------------------------------------------------------


def test_it_stays_where_the_cache_is_warm_and_goes_back_once_it_is_cold(tmp_path: Path) -> None:
    warm = Said("Done.", usage={"input": 10, "cache_write": 9_000, "output": 5})
    with Loopback([status(429, "rate_limit_error", retry_after_ms="6000"), warm]) as first, Loopback([warm]) as other:
        session = opened(serving(first=first, other=other), tmp_path)
        budget = session.parts.agent.driver.budget
        now = [1_000.0]
        budget.clock = lambda: now[0]
        try:
            list(session.run("One."))
            with healths(healths_path().parent).lock:  # the first is open again
                for health in healths(healths_path().parent)._known.values():
                    health._closed_until = 0.0
            list(session.run("Two."))
            assert counts(first, other) == [1, 2], "it stays with the warm cache"
            now[0] += 400.0
            list(session.run("Three."))
            assert counts(first, other) == [2, 2], "nothing is lost by going back"
        finally:
            session.close()


@pytest.mark.parametrize(("kept", "expected"), [(300.0, [1, 2]), (0.0, [2, 1])], ids=["warm", "cold"])
def test_a_session_that_is_resumed_goes_where_its_cache_is(
    kept: float, expected: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = Said("Done.", usage={"input": 10, "cache_write": 1_700, "output": 5})
    monkeypatch.setitem(KEPT_SECONDS, "anthropic", kept)
    with Loopback([status(503), warm]) as first, Loopback([warm]) as other:
        settings = serving(first=first, other=other)
        name = run(settings, tmp_path).finished.session_id
        healths_path().unlink()  # as if the failure were long ago
        healths.cache_clear()
        session = opened(settings, tmp_path, resume=name)
        try:
            list(session.run("Go on."))
        finally:
            session.close()
        assert counts(first, other) == expected


def test_a_compaction_is_where_it_goes_back(tmp_path: Path) -> None:
    warm = Said("## Goal\nIt is done.", usage={"input": 10, "cache_write": 9_000, "output": 5})
    with Loopback([status(503), FINE]) as first, Loopback([warm]) as other:
        session = opened(serving(first=first, other=other), tmp_path)
        try:
            for _ in range(2):
                list(session.run("Do it."))
            list(compact(session.parts.agent.transcript, session.parts.agent.driver))
            assert counts(first, other) == [1, 3], "the summary is asked of the warm cache"
            list(session.run("Go on."))
            assert counts(first, other) == [2, 3], "what the cache held is gone from the conversation"
        finally:
            session.close()


# --- what outlives the process ----------------------------------------------------------------------------------------


def test_a_quarantine_is_left_to_the_next_process_without_its_key(tmp_path: Path) -> None:
    with Loopback([status(401, "authentication_error")]) as bad, Loopback([FINE]) as good:
        settings = serving(bad=bad, good=good)
        run(settings, tmp_path)
        kept = healths_path().read_text()
        assert "quarantined" in kept
        assert "key-of" not in kept
        healths.cache_clear()  # as another process would begin
        assert (run(settings, tmp_path).outcome, counts(bad, good)) == (("success", 0), [1, 2])
        healths.cache_clear()
        alone = run(serving(bad=bad), tmp_path)
        assert (alone.finished.exit_code, counts(bad)) == (1, [2]), "what may be mended is tried where nothing else is"


def test_the_next_process_begins_where_the_last_one_got_an_answer(tmp_path: Path) -> None:
    with Loopback([status(503)]) as bad, Loopback([FINE]) as good:
        settings = serving(bad=bad, good=good)
        for _ in range(3):
            healths.cache_clear()  # as another process would begin
            assert run(settings, tmp_path).outcome == ("success", 0)
        assert counts(bad, good) == [1, 3]


def test_calls_that_end_at_once_do_not_write_over_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, seen = Healths(tmp_path / "endpoints.json"), list[bool]()

    def kept(path: Path, content: bytes) -> None:
        other = threading.Thread(target=lambda: seen.append(found.lock.acquire(blocking=False)))
        other.start()
        other.join()

    monkeypatch.setattr("droidlite.app.healths.keep", kept)
    found.of(Endpoint(name="one", protocol="anthropic", api_key="key-of-one"), "one")
    found.settle()
    assert seen == [False], "another one could settle while this one was writing"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"x": {"name": 3}}', b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_done_without(content: bytes, tmp_path: Path) -> None:
    healths_path().parent.mkdir(parents=True)
    healths_path().write_bytes(content)
    with Loopback([FINE]) as good:
        assert run(serving(good=good), tmp_path).outcome == ("success", 0)
