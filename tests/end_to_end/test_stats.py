"""What was spent, by the true binary, over sessions it ran itself and journals of earlier days."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from binary import configure, droidlite, endpoint_settings, write_script
from loopback import Loopback, Said
from past_sessions import HOUSE, MIXED, PROMPT, TERMINAL, decided, put, spent

from droidlite.session.records import Ended, Verified
from droidlite.types import Usage


@pytest.fixture
def repo(repo: Path) -> Path:
    configure(HOUSE)
    return repo


def three_sessions(repo: Path) -> None:
    put("a", repo, decided("auto"), PROMPT, spent("cheap", 0.5, usage=MIXED), Ended(subtype="success"))
    put(
        "b",
        repo,
        decided("chosen"),
        PROMPT,
        spent("cheap", 0.25, day=22, usage=None),
        spent("mystery", 0, unpriced=True),
    )
    put("c", "/elsewhere", decided("chosen"), PROMPT, spent("dear", 7.0, day=23, usage=Usage(input=700_000)))


def test_a_repositorys_spend_reads_at_80_columns(repo: Path) -> None:
    three_sessions(repo)
    put("s", repo, decided("chosen", scripted=True), PROMPT, spent("scripted", 0.0))
    ran = droidlite("stats", cwd=repo, env=TERMINAL)
    assert (ran.code, ran.err) == (0, "")
    head, _, rest = ran.out.partition("\n\n")
    assert " ".join(head.split()) == f"Spend of {repo}: $0.75 in 2 sessions, 3 calls"
    assert (
        rest
        == """\
2026-11-20  #############################################################  $0.50
2026-11-21                                                                 $0.00
2026-11-22  ##############################                                 $0.25

model    calls  tokens in  cached  tokens out             cost
cheap        2  1,200,000     83%     100,000            $0.75
mystery      1          0                   0  price not known

On dear alone, the reference, it would have cost $14.25 (estimate, same tokens):
$13.50 saved, 95%.
- auto chose the model in 1 session: $0.50 instead of $14.00
- you chose the model in 1 session: $0.25 instead of $0.25
Another model would have used other tokens, and might have solved more or less;
this counts neither.

Without a known price, and in no sum: 1 call of mystery.
1 call told no token count: counted at what they cost, both ways.
1 session answered by a script left out.
"""
    )


def test_json_has_all_of_every_folder(repo: Path) -> None:
    three_sessions(repo)
    ran = droidlite("stats", "--all", "--json", cwd=repo, env=TERMINAL)

    assert json.loads(ran.out) == {
        "since": "",
        "repository": "",
        "sessions": 3,
        "calls": 4,
        "cost_usd": 7.75,
        "days": [
            {"day": "2026-11-20", "cost_usd": 0.5, "calls": 2},
            {"day": "2026-11-22", "cost_usd": 0.25, "calls": 1},
            {"day": "2026-11-23", "cost_usd": 7.0, "calls": 1},
        ],
        "models": [
            model("dear", 1, 7.0, Usage(input=700_000)),
            model("cheap", 2, 0.75, MIXED),
            model("mystery", 1, 0.0, Usage(), unpriced=1),
        ],
        "repositories": [
            {"repository": "/elsewhere", "sessions": 1, "calls": 1, "cost_usd": 7.0},
            {"repository": str(repo), "sessions": 2, "calls": 3, "cost_usd": 0.75},
        ],
        "counterfactual": {"model": "dear", "cost_usd": 21.25, "basis": "estimate, same tokens"},
        "saved_usd": 13.5,
        "savings": [
            saving("auto", 1, 0.5, 14.0),
            saving("you", 2, 7.25, 7.25),
        ],
        "why_not": "",
        "unpriced": 1,
        "unmeasured": 1,
        "scripted_sessions": 0,
        "unreadable": [],
    }


def model(name: str, calls: int, usd: float, usage: Usage, unpriced: int = 0) -> dict[str, Any]:
    counts = {key: getattr(usage, key) for key in ("input", "output", "cache_read", "cache_write")}
    return {"model": name, "calls": calls, "usage": counts, "cost_usd": usd, "unpriced": unpriced}


def saving(who: str, sessions: int, usd: float, other: float) -> dict[str, Any]:
    return {
        "chosen_by": who,
        "sessions": sessions,
        "cost_usd": usd,
        "counterfactual_usd": other,
        "saved_usd": other - usd,
    }


def test_only_what_happened_since_counts(repo: Path) -> None:
    three_sessions(repo)
    ran = droidlite("stats", "--all", "--since", "2026-11-22", "--reference", "cheap", "--json", cwd=repo, env=TERMINAL)
    told = json.loads(ran.out)
    assert (told["sessions"], told["cost_usd"], told["counterfactual"]["cost_usd"], told["saved_usd"]) == (
        2, 7.25, 0.95, -6.3,
    )  # fmt: skip


def test_a_worktrees_sessions_are_its_repositorys(repo: Path) -> None:
    (repo / "a.py").write_text("x = 1\n")
    git = ["git", "-C", str(repo), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "add", "a.py"], check=True)
    subprocess.run([*git, "commit", "-qm", "a"], check=True)
    subprocess.run([*git, "worktree", "add", "-q", str(repo.parent / "side")], check=True, capture_output=True)
    put("a", repo.parent / "side", decided("chosen"), PROMPT, spent("cheap", 0.5))
    put("b", repo / ".droidlite" / "worktrees" / "gone", decided("chosen"), PROMPT, spent("cheap", 0.25))
    for folder in (repo, repo.parent / "side"):
        assert f"Spend of {repo}: $0.75 in 2 sessions" in " ".join(
            droidlite("stats", cwd=folder, env=TERMINAL | {"COLUMNS": "300"}).out.split("\n")
        )


def test_where_nothing_was_spent_it_says_so(repo: Path) -> None:
    ran = droidlite("stats", cwd=repo, env=TERMINAL)
    assert (ran.code, ran.out.splitlines()[-1]) == (
        0,
        "No model was paid for in the sessions of this folder's repository; --all counts every one.",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "soon"], "--since takes a time such as 30d, 12h, 4w or 2026-11-01; it is 'soon'."),
        (["--since", "2026-13-01"], "--since takes a time such as 30d, 12h, 4w or 2026-11-01; it is '2026-13-01'."),
        (["--reference", "daer"], 'Unknown model "daer". Nearest: dear.'),
    ],
)
def test_bad_input_is_one_sentence(repo: Path, words: list[str], said: str) -> None:
    ran = droidlite("stats", *words, cwd=repo)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert said in ran.err


def test_a_run_tells_its_counterfactual_and_stats_agree(repo: Path) -> None:
    with Loopback([Said("Done."), Said("More."), Said("Done.")]) as server:
        models = HOUSE[HOUSE.index("[[models]]") :]
        configure(endpoint_settings(server.endpoint("openai-chat"), models='["cheap", "dear"]') + models)
        first = droidlite("exec", "-o", "json", "fix the failing test", cwd=repo)
        assert first.code == 0, first.err
        result = first.result
        more = droidlite("exec", "-c", "-o", "json", "and the next one", cwd=repo)
        named = droidlite("exec", "-m", "cheap", "-o", "json", "fix it", cwd=repo)
    assert named.result["counterfactual"] is None  # the person chose; nobody routed
    assert result["routing"]["strategy"] in ("auto", "fallback")
    other = result["counterfactual"]
    usage = result["usage"]
    assert (other["model"], other["basis"]) == ("dear", "estimate, same tokens")
    assert other["cost_usd"] == pytest.approx(
        (10 * (usage["input"] + usage["cache_read"] + usage["cache_write"]) + 20 * usage["output"]) / 1e6
    )
    assert "dear alone" not in first.err  # it did all of it
    assert more.result["counterfactual"]["model"] == "dear"  # gone on with: of all its calls
    assert more.result["counterfactual"]["cost_usd"] > other["cost_usd"]
    told = json.loads(droidlite("stats", "--since", "1h", "--json", cwd=repo).out)
    assert told["cost_usd"] == pytest.approx(more.result["total_cost_usd"] + named.result["total_cost_usd"])
    assert [row["chosen_by"] for row in told["savings"]] == ["auto", "you"]


def test_a_model_without_a_known_price_is_told_and_not_counted_as_free(repo: Path) -> None:
    with Loopback([Said("Done.")]) as server:
        models = HOUSE[HOUSE.index("[[models]]") :]
        configure(endpoint_settings(server.endpoint("openai-chat"), models='["mystery"]') + models)
        ran = droidlite("exec", "-m", "mystery", "fix it", cwd=repo)
        assert "mystery · $0.00 and 1 call at a price not known" in ran.err.splitlines()[-1]
        told = droidlite("stats", cwd=repo, env=TERMINAL)
    assert "price not known" in told.out
    assert "Without a known price, and in no sum: 1 call of mystery." in told.out
    assert "no model with a known price may be used here" in " ".join(told.out.split())


def test_a_scripted_run_is_no_spend(repo: Path, tmp_path: Path) -> None:
    env = write_script(tmp_path / "s.jsonl", [{"text": "Done."}])
    assert droidlite("exec", "fix it", cwd=repo, env=env).code == 0
    told = json.loads(droidlite("stats", "--json", cwd=repo).out)
    assert (told["sessions"], told["scripted_sessions"]) == (0, 1)


def test_calls_that_no_model_was_paid_for_are_not_counted(repo: Path) -> None:
    """Some that never connected, and one that was refused for its key."""
    with Loopback([Said(fault="status", status=401)]) as server:
        configure(
            "".join(
                f'[[endpoints]]\nname = "{name}"\nprotocol = "anthropic"\nbase_url = "{url}"\napi_key = "k"\n'
                'models = ["claude-*"]\n'
                for name, url in (("shut", server.url("anthropic")), ("dead", "http://127.0.0.1:9"))
            )
        )
        ran = droidlite("exec", "-m", "claude-sonnet-5-5", "-o", "json", "go", cwd=repo)
    assert (ran.code, ran.result["model_usage"], len(server.requests)) == (75, {}, 1)
    told = json.loads(droidlite("stats", "--json", cwd=repo).out)
    assert (told["sessions"], told["calls"], told["models"], told["unmeasured"]) == (0, 0, [], 0)


def test_what_the_router_did_is_told(repo: Path) -> None:
    put(
        "a",
        repo,
        decided("auto"),
        PROMPT,
        spent("cheap", 0.5),
        Verified(command="t", exit_code=0),
        Ended(subtype="success"),
    )
    put("b", repo, decided("chosen"), PROMPT, spent("dear", 9.0))
    ran = droidlite("stats", "--router", cwd=repo, env=TERMINAL)
    assert (ran.code, ran.err) == (0, "")
    assert "Solved: 1 of 1 (100%), $0.50 per solved task." in ran.out
    told = json.loads(droidlite("stats", "--router", "--json", cwd=repo).out)
    assert (told["sessions"], told["solved"], told["failed_starts"], told["switches"]) == (1, 1, 0, 0)


def test_figures_of_the_router_compare_with_no_model(repo: Path) -> None:
    ran = droidlite("stats", "--router", "--reference", "dear", cwd=repo)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "droidlite: --reference goes without --router: its figures compare with no other model.\n"
