"""auto through the true binary: one line before the first call, its plan followed, its numbers in the result."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from binary import configure, droidlite, endpoint_settings
from loopback import Asked, Loopback, Said

from droidlite.session.store import Store

CHEAP, STRONG = "MiniMax-M3", "claude-opus-4-8"


@pytest.fixture
def two(home: Path) -> object:
    """A service of cheap models and one of strong ones, each with its own server."""

    def services(cheap: list[Said], strong: list[Said]) -> tuple[Loopback, Loopback]:
        one, other = Loopback(cheap), Loopback(strong)
        configure(
            "verify_rounds = 0\n"
            + endpoint_settings(one.endpoint("openai-chat"), name="cheap", models=f'["{CHEAP}"]')
            + endpoint_settings(other.endpoint("anthropic"), name="strong", models=f'["{STRONG}"]')
        )
        return one, other

    return services


def test_a_failed_check_hands_the_work_to_the_next_model_of_the_plan(tmp_path: Path, two) -> None:  # type: ignore[no-untyped-def]
    write = Asked("write", {"file_path": "done", "content": "yes\n"})
    with_cheap, with_strong = two([Said("I think it is done.")], [Said(calls=(write,)), Said("Now it is.")])
    with with_cheap, with_strong:
        ran = droidlite(
            "exec", "--auto", "low", "--verify", "test -f done", "-o", "json", "fix the failing check", cwd=tmp_path
        )
    assert (ran.code, ran.result["result"]) == (0, "Now it is.")
    routing = ran.result["routing"]
    assert (routing["model"], routing["strategy"]) == (CHEAP, "auto")
    (switch,) = routing["switches"]
    assert (switch["from"], switch["to"], switch["cause"]) == (CHEAP, STRONG, "the check still fails")
    assert switch["price_usd"] > 0
    assert ran.err.count(f"auto: {CHEAP} until") == 1
    line = f"model {CHEAP} -> {STRONG}: the check still fails; {switch['reasons'][0]}"
    assert line in ran.err
    assert line.partition("; ")[2].startswith(f"switching to {STRONG} costs $0.0")
    first = with_strong.requests[0].json
    assert "The check `test -f done` still fails" in json.dumps(first["messages"][-1])
    assert "I think it is done." in json.dumps(first["messages"])
    assert {tool["name"] for tool in first["tools"]} >= {"edit", "write"}


def test_a_check_that_passes_ends_it_on_the_first_model(tmp_path: Path, two) -> None:  # type: ignore[no-untyped-def]
    with_cheap, with_strong = two([Said("Done.")], [Said("Never asked.")])
    with with_cheap, with_strong:
        ran = droidlite("exec", "--verify", "true", "-o", "json", "fix the failing test", cwd=tmp_path)
    assert (ran.code, ran.result["routing"]["switches"], with_strong.requests) == (0, [], [])
    assert ran.result["counterfactual"]["model"] == STRONG


def test_where_no_model_of_the_plan_satisfies_the_check_it_is_exit_4(tmp_path: Path, two) -> None:  # type: ignore[no-untyped-def]
    with_cheap, with_strong = two([Said("Done.")], [Said("Done too.")])
    with with_cheap, with_strong:
        words = ("--auto", "low", "--verify", "false", "-o", "json")
        ran = droidlite("exec", *words, "fix the failing test", cwd=tmp_path)
    assert (ran.code, ran.result["subtype"], len(ran.result["routing"]["switches"])) == (4, "error_verify", 1)


def test_a_session_goes_on_with_its_model_and_the_rest_of_its_plan(tmp_path: Path, two) -> None:  # type: ignore[no-untyped-def]
    write = Asked("write", {"file_path": "done", "content": "yes\n"})
    with_cheap, with_strong = two([Said("Done.")], [Said("So far."), Said(calls=(write,)), Said("Now it is.")])
    words = ("--auto", "low", "-o", "json")
    with with_cheap, with_strong:
        first = droidlite("exec", *words, "--verify", "test -f done", "fix the failing check", cwd=tmp_path)
        again = droidlite("exec", *words, "-c", "--verify", "test -f done", "go on", cwd=tmp_path)
    assert (first.code, again.code, len(with_cheap.requests)) == (4, 0, 1)
    routing = again.result["routing"]
    assert (routing["model"], routing["reasons"]) == (STRONG, ["The session goes on where it was."])
    assert again.result["counterfactual"]["model"] == STRONG


def test_the_decision_is_kept_and_told(tmp_path: Path, home: Path, two) -> None:  # type: ignore[no-untyped-def]
    with_cheap, with_strong = two([Said("Done.")], [Said("Done.")])
    with with_cheap, with_strong:
        told = json.loads(droidlite("route", "--json", "--verify", "true", "fix the failing test", cwd=tmp_path).out)
        droidlite("exec", "--verify", "true", "fix the failing test", cwd=tmp_path)
    store = Store(home / "droidlite" / "state" / "sessions")
    kept = store.load(store.list(None)[0].id).routing
    assert kept is not None
    assert (kept.model, kept.kind, kept.reference) == (told["model"], "fix", STRONG)
    assert json.loads(msgspec.json.encode(kept.estimate)) == told["estimate"]
    assert kept.evidence == told["evidence"] != ""
    assert told["rejected"]["claude-opus-5-5"].startswith("no key")


def test_with_one_model_there_is_nothing_to_choose(tmp_path: Path, home: Path) -> None:
    with Loopback([Said("Yes.")]) as server:
        configure(endpoint_settings(server.endpoint("anthropic"), models=f'["{STRONG}"]'))
        ran = droidlite("exec", "-o", "json", "fix it", cwd=tmp_path)
    assert (ran.code, ran.result["routing"]["model"], ran.result["routing"]["strategy"]) == (0, STRONG, "auto")


def test_the_judge_is_asked_once_where_the_kind_is_open(tmp_path: Path, home: Path) -> None:
    with Loopback([Said("fix"), Said("Done.")]) as server:
        judge = endpoint_settings(server.endpoint("anthropic"), models=f'["{STRONG}", "claude-haiku-4-5"]')
        configure(f'[router]\njudge = "claude-haiku-4-5"\n{judge}')
        ran = droidlite("exec", "-m", "auto", "-o", "json", "hmm, the thing from before", cwd=tmp_path)
        asked = [request.json["model"] for request in server.requests]
    assert ran.code == 0
    assert asked[0] == "claude-haiku-4-5"
    assert len(asked) == 2
    assert set(ran.result["model_usage"]) >= {"claude-haiku-4-5"}


def test_a_judge_nobody_knows_is_told(tmp_path: Path, home: Path) -> None:
    with Loopback([Said("Done.")]) as server:
        configure('[router]\njudge = "claude-haiku-4-6"\n' + endpoint_settings(server.endpoint("anthropic")))
        ran = droidlite("exec", "fix it", cwd=tmp_path)
    assert ran.code == 2
    assert "claude-haiku-4-5" in ran.err


class Ollama(BaseHTTPRequestHandler):
    """As much of Ollama as tells what it has."""

    def do_GET(self) -> None:
        found = self.path == "/api/tags"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(b'{"models": [{"name": "qwen3-coder:30b"}]}' if found else b"")

    def do_POST(self) -> None:
        self.send_response(400)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def test_a_local_server_is_found_where_there_is_nothing_else(tmp_path: Path, home: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ollama)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    env = {"OLLAMA_HOST": f"127.0.0.1:{server.server_port}"}
    try:
        ran = droidlite("exec", "-o", "json", "fix it", cwd=tmp_path, env=env)
    finally:
        server.shutdown()
        server.server_close()
    assert ran.err.startswith("session ")
    assert "ollama/qwen3-coder:30b via ollama" in ran.err
