"""/compact pays for a summary only where that makes room."""

from pathlib import Path

import pytest
from binary import write_script
from chats import opened, says

from droidlite.errors import UsageError
from droidlite.events import Compacted


def test_nothing_is_paid_for_where_nothing_would_be_gained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replies = [{"text": "Hello."}, {"text": "word " * 2_000}, {"text": "Words were said."}]
    monkeypatch.setenv("DROIDLITE_SCRIPT", write_script(tmp_path / "s.jsonl", replies)["DROIDLITE_SCRIPT"])
    with opened(tmp_path, model="scripted") as chat:
        says(chat, "hi")
        with pytest.raises(
            UsageError, match="Nothing would be gained yet: a summary would be about as long as what it rep"
        ):
            chat.compact()
        says(chat, "go on")
        (done,) = [event for event in chat.compact() if isinstance(event, Compacted)]
    assert done.after_tokens < done.before_tokens - 2_000
