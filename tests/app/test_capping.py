"""/cap in a session: set, lifted, and what a policy or a shared ledger does not let a person lift."""

import re
from pathlib import Path

import pytest
from binary import write_script
from chats import opened

from droidlite.errors import UsageError


@pytest.fixture(autouse=True)
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROIDLITE_SCRIPT", write_script(tmp_path / "s.jsonl", [])["DROIDLITE_SCRIPT"])


def test_a_cap_that_was_lifted_is_none_in_a_new_session_too(tmp_path: Path) -> None:
    with opened(tmp_path, model="scripted", max_cost=0.5) as chat:
        chat.cap(0.75)
        chat.new()
        assert chat.status().cap_usd == 0.75
        chat.cap(None)
        assert chat.status().cap_usd is None
        chat.new()
        assert chat.status().cap_usd is None


def test_what_a_policy_caps_is_not_lifted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[budget]\nmax_cost_usd = 2.0\n")
    monkeypatch.setenv("DROIDLITE_POLICY", str(policy))
    said = f"The cap cannot be lifted: policy {policy}:2 allows at most $2 a session."
    with opened(tmp_path, model="scripted") as chat:
        with pytest.raises(UsageError, match=re.escape(said)):
            chat.cap(None)
        assert chat.status().cap_usd == 2.0


def test_what_others_share_is_not_lifted(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    said = f"The cap cannot be lifted: all that name the shared ledger {ledger} spend one cap of $0.5."
    with opened(tmp_path, model="scripted", max_cost=0.5, ledger=str(ledger)) as chat:
        with pytest.raises(UsageError, match=re.escape(said)):
            chat.cap(None)
        assert chat.status().cap_usd == 0.5
