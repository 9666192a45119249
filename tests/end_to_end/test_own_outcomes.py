"""What happened here is evidence: a model whose check keeps failing in this person's sessions stops being chosen."""

import datetime
import json
from pathlib import Path

from binary import configure, droidlite, endpoint_settings
from past_sessions import PROMPT, put

from droidlite.session.records import Decided, Ended, Spent, Switched, Verified
from droidlite.types import Endpoint, RoutingDecision, Switch, Usage

CHEAP, STRONG = "MiniMax-M3", "claude-opus-4-8"
NOWHERE = Endpoint(name="x", protocol="openai-chat", base_url="http://127.0.0.1:9/v1", api_key="k")


def relieved(name: str, repo: Path) -> None:
    """A session in which the cheap model's check failed and the strong one passed it."""
    now = datetime.datetime.now().timestamp()
    decision = RoutingDecision(model=CHEAP, endpoint="cheap", strategy="auto", kind="fix", confidence=0.9)
    put(
        name,
        repo,
        Decided(decision=decision, spec_id=CHEAP),
        PROMPT,
        Spent(reservation=1, model=CHEAP, usage=Usage(), usd=0.05, at=now),
        Switched(switch=Switch(from_model=CHEAP, to=STRONG, cause="the check still fails")),
        Spent(reservation=2, model=STRONG, usage=Usage(), usd=0.4, at=now),
        Verified(command="make test", exit_code=0, passed=True),
        Ended(subtype="success"),
    )


def chosen(repo: Path) -> str:
    prompt = "fix the failing test in parser.py, it crashes on empty input"
    ran = droidlite("route", "--json", "--verify", "true", prompt, cwd=repo)
    assert ran.code == 0, ran.err
    return str(json.loads(ran.out)["model"])


def test_a_model_that_keeps_failing_here_stops_being_chosen(tmp_path: Path, home: Path) -> None:
    configure(
        endpoint_settings(NOWHERE, name="cheap", models=f'["{CHEAP}"]')
        + endpoint_settings(NOWHERE, name="strong", models=f'["{STRONG}"]')
    )
    assert chosen(tmp_path) == CHEAP
    relieved("a", tmp_path)
    assert chosen(tmp_path) == CHEAP  # once says little
    for name in "bcde":
        relieved(name, tmp_path)
    assert chosen(tmp_path) == STRONG
