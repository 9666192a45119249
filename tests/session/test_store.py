"""Sessions are found by a person's half-remembered id, listed fast, copied, exported and removed."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from session_samples import HEADER, RECORDS, records_in

from droidlite.errors import DroidliteError, UsageError
from droidlite.session.accounts import read_accounts
from droidlite.session.examining import examine
from droidlite.session.journal import BLOBS, Journal
from droidlite.session.lines import JOURNAL
from droidlite.session.records import Header, Judged, Said, Saved, Shadowed, Titled, Verified
from droidlite.session.store import SUMMARY, Store, Summary
from droidlite.session.unstored import NullJournal
from droidlite.types import User


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state" / "sessions")


def put(store: Store, session_id: str, *, cwd: str = "/home/ada/shop", used: float = 0.0) -> str:
    header = Header(session_id=session_id, cwd=cwd, created="2026-11-22T14:30:12Z", droidlite="0.1.0")
    with Journal.create(store.folder(session_id), header) as journal:
        journal.extend(RECORDS)
    if used:
        os.utime(store.folder(session_id) / "journal.jsonl", (used, used))
    return session_id


def test_a_new_id_is_short_and_says_when(store: Store) -> None:
    assert re.fullmatch(r"20\d{6}-\d{6}-[a-z2-9]{4}", store.new_id())
    assert store.new_id() != store.new_id()


def test_nothing_is_listed_where_nothing_was_stored(store: Store) -> None:
    assert (store.list(), store.latest(), store.root.exists()) == ([], None, False)


def test_a_list_tells_each_session_in_one_line(store: Store) -> None:
    put(store, "20261122-143012-k3f9", used=1000.0)
    expected = Summary(
        id="20261122-143012-k3f9",
        title="Fix the till",
        cwd="/home/ada/shop",
        created="2026-11-22T14:30:12Z",
        updated=1000.0,
        cost_usd=0.28,
        model="big-1",
        turns=2,
        first_prompt="Fix the till",
        last_prompt="Thanks — and naïve café 🧾?",
        open_todos=0,
    )
    assert store.list() == [expected]
    assert store.list() == [expected]  # now from the cache


def test_the_list_is_newest_use_first_and_can_be_narrowed(store: Store) -> None:
    put(store, "20261122-000000-aaaa", used=3000.0)
    put(store, "20261123-000000-bbbb", used=1000.0, cwd="/home/ada/other")
    put(store, "20261124-000000-cccc", used=2000.0)
    assert [each.id[-4:] for each in store.list()] == ["aaaa", "cccc", "bbbb"]
    assert [each.id[-4:] for each in store.list(Path("/home/ada/shop"), limit=1)] == ["aaaa"]
    assert store.latest(Path("/home/ada/other")) == "20261123-000000-bbbb"
    assert store.latest(Path("/home/bob")) is None


def test_a_cached_line_is_made_anew_once_the_session_went_on(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    assert store.list()[0].turns == 2
    journal, _ = store.open(name)
    with journal:
        journal.append(Said(user=User("three")))
        journal.append(Titled(title="Till"))
    assert [(each.turns, each.title) for each in store.list()] == [(3, "Till")]


def test_sessions_never_used_and_folders_that_are_none_are_left_out(store: Store) -> None:
    store.create(cwd=Path("/x")).close()
    (store.root / "notes").mkdir()
    (store.root / "20261122-143012-torn").mkdir()
    (store.root / "20261122-143012-torn" / "journal.jsonl").write_bytes(b'{"n":1,')
    assert store.list() == []


def test_a_broken_cache_is_only_slower(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    (store.folder(name) / SUMMARY).write_text('{"size": "x"')
    assert [each.id for each in store.list()] == [name]


def test_a_session_is_found_by_id_beginning_or_last_part(store: Store) -> None:
    one, two = put(store, "20261122-143012-k3f9"), put(store, "20261123-090000-k3f8")
    assert [store.find(text) for text in (one, "20261122", "k3f9", "20261123-09", "k3f8")] == [one, one, one, two, two]


def test_an_unknown_id_names_the_nearest(store: Store) -> None:
    put(store, "20261122-143012-k3f9")
    with pytest.raises(
        UsageError, match=r"There is no session '20261122-143012-k3f8'\. Did you mean 20261122-143012-k3f9\?"
    ):
        store.find("20261122-143012-k3f8")
    with pytest.raises(UsageError, match=r"There is no session 'zzz'\. `droidlite sessions` lists them\."):
        store.find("zzz")
    with pytest.raises(UsageError, match="no session ''"):
        store.find("")
    with pytest.raises(UsageError, match="no session"):
        store.find("../../etc")


def test_an_ambiguous_id_names_those_it_fits(store: Store) -> None:
    put(store, "20261122-143012-k3f9")
    put(store, "20261122-150000-aaaa")
    with pytest.raises(UsageError, match="fits 2 sessions: 20261122-143012-k3f9, 20261122-150000-aaaa"):
        store.find("20261122")


def test_a_removed_session_is_gone_unless_it_is_open(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    journal, _ = store.open("k3f9")
    with journal, pytest.raises(UsageError, match="is open"):
        store.remove("k3f9")
    assert store.remove("k3f9") == name
    assert not store.folder(name).exists()


def test_a_copy_has_the_conversation_and_none_of_the_cost(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    copy = store.fork(name)
    old, new = store.load(name), store.load(copy)
    assert (new.messages, [turn.text for turn in new.turns]) == (old.messages, [turn.text for turn in old.turns])
    assert (new.header.forked_from, new.header.cwd, new.spent_usd, new.title) == (
        name,
        "/home/ada/shop",
        0.0,
        "Fix the till",
    )
    assert store.load(name) == old


def test_a_copy_has_no_outcome_and_no_decision_of_autos_shadow(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    journal, _ = store.open(name)
    with journal:
        journal.extend([Shadowed(problem="x"), Verified(command="pytest", exit_code=0), Judged(good=True)])
    new = store.load(store.fork(name))
    assert (new.shadowed, new.verified, new.judged) == (None, None, None)


def test_a_copy_of_an_earlier_turn_holds_nothing_of_the_later_ones(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    copy = store.fork(name, to_turn=2)
    assert store.load(copy).messages == store.load(name).messages[:-1]
    assert "café" not in (store.folder(copy) / "journal.jsonl").read_text()
    with pytest.raises(UsageError, match="has turns 1 to 2, no turn 3"):
        store.fork(name, to_turn=3)


def test_a_copy_keeps_the_saved_files_when_the_original_goes(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    journal, _ = store.open(name)
    (journal.folder / BLOBS).mkdir()
    ((journal.folder / BLOBS) / "ab12").write_bytes(b"before")
    with journal:
        journal.append(Saved(turn=2, path="a.py", blob="ab12", mode=0o100644))
    copy = store.fork(name)
    store.remove(name)
    assert (store.folder(copy) / "blobs" / "ab12").read_bytes() == b"before"
    assert store.load(copy).saved == (Saved(turn=2, path="a.py", blob="ab12", mode=0o100644),)


def test_a_copy_may_be_made_while_the_original_is_open(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    journal, session = store.open(name)
    with journal:
        assert store.load(store.fork(name)).messages == session.messages


def test_where_the_state_folder_cannot_be_written_the_session_goes_on_unstored(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with Store(tmp_path / "state" / "sessions").create(cwd=tmp_path) as journal:
        assert isinstance(journal, NullJournal)
        assert journal.append(RECORDS[1]) == 2
        assert "Not a directory" in journal.warnings[0]
        assert "goes on without being stored" in journal.warnings[0]


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder of our own, in which we are not root: root may write anywhere."""
    with tempfile.TemporaryDirectory() as room:
        if os.geteuid() != 0:
            yield Path(room)
            return
        os.chown(room, 65534, 65534)
        os.seteuid(65534)
        try:
            if not os.access(room, os.W_OK, effective_ids=True):
                pytest.skip("the temporary folder is root's alone")
            yield Path(room)
        finally:
            os.seteuid(0)


def test_a_session_in_a_folder_that_may_not_be_written_is_read_but_not_resumed(nobody: Path) -> None:
    store = Store(nobody / "sessions")
    name = put(store, "20261122-143012-k3f9")
    folder = store.folder(name)
    (folder / "lock").unlink()
    folder.chmod(0o500)
    store.root.chmod(0o500)
    try:
        assert len(store.load(name).messages) == 5
        assert len(store.list()) == 1
        with pytest.raises(DroidliteError, match="Permission denied"):
            store.open(name)
        with store.create(cwd=nobody) as journal:
            assert isinstance(journal, NullJournal)
            assert "Permission denied" in journal.warnings[0]
        with pytest.raises(DroidliteError, match="cannot be removed: Permission denied"):
            store.remove(name)
    finally:
        store.root.chmod(0o700)
        folder.chmod(0o700)


def test_markdown_reads_like_the_conversation(store: Store) -> None:
    put(store, "20261122-143012-k3f9")
    text = store.export("k3f9", "md")
    assert text.startswith("# Fix the till\n\n* session: 20261122-143012-k3f9\n* folder: /home/ada/shop\n")
    assert "* model: mid-1 (you asked for it)\n* switched: mid-1 to big-1 (the person)\n" in text
    assert text.endswith(
        "## You\n\nFix the till\n\nIt is a cent off.\n\n"
        "## mid-1\n\nLet me look.\n\n"
        '**read** `a`\n\n```json\n{"path": "till.py"}\n```\n\n'
        '**shell** `b`\n\n```json\n{"command": "pytest"}\n```\n\n'
        "Result of read `a`\n\n```\n1\tdef total(): ...\n```\n\n"
        "Failed: shell `b`\n\n```\n1 failed\n```\n\n"
        "## mid-1\n\nFixed: `total` rounded twice.\n\n"
        "## You\n\nThanks — and naïve café 🧾?\n"
    )


def test_what_droidlite_itself_said_is_not_the_persons(store: Store) -> None:
    import json

    from droidlite.session.records import Said
    from droidlite.types import User

    name = put(store, "20261122-143012-k3f9")
    journal, _ = store.open(name)
    with journal:
        for said in (Said(user=User("Stop and think."), host=True), Said(user=User("Thanks"))):
            journal.append(said)
    assert store.export(name, "md").endswith("\n\n## droidlite told the model\n\nStop and think.\n\n## You\n\nThanks\n")
    assert json.loads(store.export(name, "json"))["messages"][-2:] == [
        {"type": "user", "text": "Stop and think.", "images": [], "by": "droidlite"},
        {"type": "user", "text": "Thanks", "images": [], "by": "person"},
    ]


def test_a_fence_is_longer_than_those_inside(store: Store) -> None:
    from droidlite.sanitise import fenced

    assert fenced("a ```` b") == "`````\na ```` b\n`````"


def test_json_holds_the_messages_without_what_only_the_service_can_read(store: Store) -> None:
    import json

    from droidlite.session.records import Replied
    from droidlite.types import Assistant, Opaque

    name = put(store, "20261122-143012-k3f9")
    journal, _ = store.open(name)
    with journal:
        journal.append(Replied(assistant=Assistant("bye", opaque=Opaque("anthropic", "m", '["ENCRYPTED"]'))))
    text = store.export(name, "json")
    data = json.loads(text)
    assert (data["session_id"], data["spent_usd"], len(data["messages"])) == (name, 0.28, 6)
    assert (data["messages"][-1]["text"], "ENCRYPTED" in text) == ("bye", False)
    with pytest.raises(UsageError, match="md, json or html, not as 'pdf'"):
        store.export(name, "pdf")


def test_importing_the_room_brings_in_nothing_heavy() -> None:
    program = (
        "import sys, droidlite.session.store, droidlite.session.checkpoint; "
        "print([name for name in ('asyncio', 'hashlib', 'shutil', 'tempfile', 'difflib', 'dataclasses', 'git', 'rich') "
        "if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_what_was_recorded_is_what_was_said(store: Store) -> None:
    put(store, HEADER.session_id)
    assert records_in(store.folder(HEADER.session_id)) == [HEADER, *RECORDS]


def test_a_copy_for_another_folder_is_of_that_folder_and_has_no_saved_files(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    with store.open(name)[0] as journal:
        journal.append(Saved(turn=2, path="till.py", blob="0" * 64, mode=0o100644))
    elsewhere, here = store.load(store.fork(name, cwd=Path("/home/bob"))), store.load(store.fork(name))
    assert (elsewhere.header.cwd, elsewhere.saved) == ("/home/bob", ())
    assert (here.header.cwd, [saved.path for saved in here.saved]) == ("/home/ada/shop", ["till.py"])
    told = "This session goes on in another folder from here: /home/bob. What was said before is about /home/ada/shop."
    assert elsewhere.messages[-1] == User(told)
    assert len(elsewhere.turns) == len(here.turns)


def test_a_session_is_opened_in_its_own_folder_only(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    with pytest.raises(UsageError, match=r"belongs to /home/ada/shop: go on with it there \(-C /home/ada/shop\)"):
        store.open(name, cwd=Path("/home/bob"))
    store.open(name, cwd=Path("/home/ada/shop"))[0].close()


def test_a_copy_has_the_spilled_outputs_of_the_original(store: Store) -> None:
    name = put(store, "20261122-143012-k3f9")
    spilled = store.folder(name) / "spill" / "shell-1.txt"
    spilled.parent.mkdir()
    spilled.write_text("all of it")
    with store.open(name)[0] as journal:
        journal.append(Said(user=User(f"the rest is in {spilled}")))
    copy = store.fork(name)
    store.remove(name)
    theirs = store.folder(copy) / "spill" / "shell-1.txt"
    assert store.load(copy).messages[-1] == User(f"the rest is in {theirs}")
    assert theirs.read_text() == "all of it"


@pytest.mark.parametrize("name", [JOURNAL, SUMMARY])
def test_a_pipe_in_the_place_of_a_file_holds_nothing_up(name: str, store: Store) -> None:
    odd, fine = put(store, "20261122-143012-aaaa"), put(store, "20261122-143012-bbbb")
    (store.folder(odd) / name).unlink(missing_ok=True)
    os.mkfifo(store.folder(odd) / name, 0o600)
    assert fine in {summary.id for summary in store.list()}
    if name == SUMMARY:
        return
    assert read_accounts(store.root).unreadable == (odd,)
    told = f"Session {odd} cannot be read: it is not a regular file: {store.folder(odd) / JOURNAL}."
    assert [each.wrong for each in examine(store.root)] == [(told,), ()]
    for use in (store.load, store.open, lambda id: store.open(id, cwd=Path("/"))):
        with pytest.raises(UsageError, match=re.escape(told)):
            use(odd)
