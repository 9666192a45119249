"""/stats speaks of itself, not of the command line's flags."""

from pathlib import Path

import pytest
from binary import write_script
from chats import opened

from droidlite.errors import UsageError


def test_what_stats_takes_is_told_in_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROIDLITE_SCRIPT", write_script(tmp_path / "s.jsonl", [])["DROIDLITE_SCRIPT"])
    with opened(tmp_path, model="scripted") as chat:
        with pytest.raises(UsageError, match=r"^/stats takes a time such as 30d, 12h, 4w or 2026-11-01; it is 'soon'"):
            chat.stats("soon")
        assert chat.stats("").why_not == "Nothing to compare with: no model with a known price may be used here"
