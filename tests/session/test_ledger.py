"""One cap for many: never passed by processes side by side or killed; a file that cannot be trusted is refused."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from droidlite.errors import CapReached, DroidliteError, UsageError
from droidlite.session.book import Held, LedgerBegun, Settled
from droidlite.session.ledger import Ledger
from droidlite.session.lines import lay_out

BEGUN = lay_out(1, LedgerBegun(cap_usd=1.0))
HELD = lay_out(2, Held(usd=0.25, model="m"))
SETTLED = lay_out(3, Settled(held=2, usd=0.125))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def opened(path: Path, cap: float | None = 1.0) -> Ledger:
    return Ledger.open(path, cap_usd=cap)


def takes(usd: float) -> Callable[[float], float]:
    """Reserves `usd` where so much is left."""

    def choose(left: float) -> float:
        if left < usd:
            raise CapReached("too little", subtype="error_max_cost", shared=True)
        return usd

    return choose


def test_calls_are_held_at_their_worst_case_until_they_settle(path: Path) -> None:
    one, other = opened(path), opened(path, None)
    one.session = "s1"
    number = one.reserve("m", takes(0.75))
    with pytest.raises(CapReached):
        other.reserve("m", takes(0.5))
    one.settle(number, 0.25)
    other.reserve("n", takes(0.5))
    book = one.read()
    assert (book.cap_usd, book.spent_usd, len(book.open)) == (1.0, 0.75, 1)
    assert {name: (spend.calls, spend.usd, spend.open_usd) for name, spend in book.by_model.items()} == {
        "m": (1, 0.25, 0.0),
        "n": (0, 0.0, 0.5),
    }
    assert list(book.by_session) == ["s1", ""]
    assert (path.stat().st_mode & 0o777, path.read_bytes().count(b"\n")) == (0o600, 4)


def test_what_cannot_be_chosen_leaves_nothing(path: Path) -> None:
    ledger = opened(path)
    before = path.read_bytes()
    with pytest.raises(CapReached):
        ledger.reserve("m", takes(2.0))
    assert path.read_bytes() == before


def test_the_cap_it_began_with_holds_for_all(path: Path) -> None:
    with pytest.raises(UsageError, match="is begun by the first run that names it, with a cap: add --max-cost USD"):
        opened(path, None)
    assert not path.exists()
    opened(path)
    with pytest.raises(UsageError, match=r"has a cap of \$1, .* --max-cost says \$2\. Say the same, leave it out"):
        opened(path, 2.0)
    assert Ledger.open(path, cap_usd=2.0, named=False).cap_usd == 1.0


def test_a_cut_at_any_byte_charges_every_call_that_was_acknowledged(path: Path) -> None:
    content = BEGUN + HELD + SETTLED
    ends = {len(BEGUN): 0.0, len(BEGUN + HELD): 0.25, len(content): 0.125}
    for size in range(len(content) + 1):
        path.write_bytes(content[:size])
        book = opened(path).read()
        whole = max((end for end in ends if end <= size + 1), default=0)  # a missing newline alone costs nothing
        assert book.spent_usd == ends.get(whole, 0.0), size
        assert path.read_bytes().startswith(content[:whole])
        kept = b"".join(backup.read_bytes() for backup in path.parent.glob("*.bak"))
        assert kept == (content[whole:size] if size > whole else b"")
        for each in path.parent.iterdir():
            each.unlink()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"my notes", "is not a ledger of droidlite: its first line is none. It was not touched"),
        (b"my notes\n", "is not a ledger of droidlite"),
        (b"\0" * 400, "is not a ledger of droidlite"),
        (lay_out(1, Settled(held=2, usd=0.1)), "is not a ledger of droidlite"),
        (BEGUN + HELD.replace(b"0.25", b"0.01") + SETTLED, "Line 2 of the ledger .* is damaged, so what was spent"),
        (BEGUN + b"\n", "Line 2 of the ledger .* is damaged"),
        (BEGUN + HELD + HELD, "Line 3 of the ledger .* is damaged"),
        (BEGUN + lay_out(2, Settled(held=1, usd=-5.0)), "Line 2 of the ledger .* is of a kind .* Upgrade"),
        (
            lay_out(1, LedgerBegun(format=2, cap_usd=1.0)),
            r"was written by a newer droidlite \(ledger format 2; this one reads up to 1\). Upgrade .* was not touched",
        ),
    ],
)
def test_a_file_that_cannot_be_counted_is_refused_and_left_alone(content: bytes, said: str, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        opened(path)
    assert (path.read_bytes(), os.listdir(path.parent)) == (content, [path.name])


def test_an_older_ledger_counts(path: Path) -> None:
    """One without the fields that came later."""
    lines = ({"type": "ledger", "cap_usd": 1.0}, {"type": "held", "usd": 0.25, "model": "m"})
    path.write_bytes(b"".join(lay_out(n, Raw(msgspec.json.encode(line))) for n, line in enumerate(lines, 1)))  # type: ignore[arg-type]
    book = opened(path).read()
    assert (book.cap_usd, book.spent_usd, len(book.open)) == (1.0, 0.25, 1)


def test_places_that_hold_no_ledger(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "gone" / "ledger")
    said = {
        tmp_path / "link": f"cannot be begun: it is a link, and there is no folder {tmp_path / 'gone'}",
        tmp_path: "cannot be used: Is a directory. Nothing was sent",
        tmp_path / "none" / "ledger": f"cannot be begun: there is no folder {tmp_path / 'none'}",
        tmp_path / "pipe": "is no ordinary file",
        Path("/dev/null"): "is no ordinary file",
        Path("/proc/ledger"): "cannot be",
    }
    for path, words in said.items():
        with pytest.raises(UsageError, match=words):
            opened(path)


def test_a_ledger_that_may_not_be_written_or_read(path: Path) -> None:
    """As a user the file does not belong to: root may do everything."""
    program = """
import os, sys
from pathlib import Path
from droidlite.session.ledger import Ledger
if os.getuid() == 0:
    os.setuid(65534)
try:
    Ledger.open(Path(sys.argv[1]), cap_usd=1.0)
except Exception as error:
    print(type(error).__name__, error)
"""
    path.write_bytes(BEGUN)
    for each in (path.parent, *path.parent.parents[:3]):
        each.chmod(each.stat().st_mode | 0o005)
    for mode in (0o444, 0o000):
        path.chmod(mode)
        ran = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
        assert ran.stdout == (
            f"UsageError The ledger {path} cannot be used: Permission denied. Nothing was sent that is not charged in "
            "it; name a file that can be read and written with --ledger.\n"
        ), ran.stderr


def test_a_full_disk_reserves_nothing_and_leaves_no_half_line(path: Path) -> None:
    """A real limit on the file's size, in a process of its own."""
    program = """
import resource, sys
from pathlib import Path
from droidlite.errors import DroidliteError
from droidlite.session.ledger import Ledger
ledger = Ledger.open(Path(sys.argv[1]), cap_usd=9.0)
number = ledger.reserve("m", lambda left: 0.5)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (len(Path(sys.argv[1]).read_bytes()) + 20, hard))
for act in (lambda: ledger.reserve("m", lambda left: 0.5), lambda: ledger.settle(number, 0.1)):
    try:
        act()
    except DroidliteError as error:
        print(type(error).__name__, error)
print(ledger.read().spent_usd)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
ledger.settle(number, 0.1)
"""
    ran = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
    told = (
        f"DroidliteError The ledger {path} cannot be used: File too large. Nothing was sent that is not charged in it."
    )
    assert (ran.stdout.splitlines(), ran.stderr) == ([told, told, "0.5"], "")
    assert opened(path, 9.0).read().spent_usd == pytest.approx(0.1)


def test_a_ledger_that_is_replaced_or_cut_while_in_use_is_refused(path: Path) -> None:
    ledger = opened(path)
    ledger.reserve("m", takes(0.5))
    content = path.read_bytes()
    path.write_bytes(BEGUN)
    with pytest.raises(DroidliteError, match="was moved, replaced or cut short while in use"):
        ledger.reserve("m", takes(0.1))
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(DroidliteError, match="was moved, replaced or cut short while in use"):
        ledger.settle(2, 0.1)


def test_a_lock_that_is_never_let_go_of_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    ledger = opened(path)
    monkeypatch.setattr("droidlite.session.ledger.PATIENCE", 0.0)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DroidliteError, match="was locked by another process for 0 s, so nothing more is sent"):
            ledger.reserve("m", takes(0.1))
    ledger.reserve("m", takes(0.1))


WORKER = """
import random, sys, threading
from pathlib import Path
from droidlite.errors import CapReached
from droidlite.session.ledger import Ledger
ledger = Ledger.open(Path(sys.argv[1]), cap_usd=1.0)
print("open", flush=True)
def work(chance):
    def choose(left):
        if left < 0.02:
            raise CapReached("", subtype="error_max_cost")
        return 0.02
    try:
        for calls in range(10_000):
            number = ledger.reserve("m", choose)
            print("held", number, flush=True)
            if sys.argv[2] == "0" and calls == 5:
                sys.stdin.read()
            if chance.random() < 0.9:
                ledger.settle(number, chance.random() * 0.02)
    except CapReached:
        pass
threads = [threading.Thread(target=work, args=(random.Random(f"{sys.argv[2]}/{n}"),)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_workers_side_by_side_and_killed_never_pass_the_cap_and_lose_nothing(path: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}

    def start(number: int) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", WORKER, path, str(number)], **pipes)

    killed = start(0)
    assert killed.stdout is not None
    for _ in range(15):  # of 24: then all its threads hold something for ever
        killed.stdout.readline()
    workers = [killed, start(1), start(2)]
    killed.send_signal(signal.SIGKILL)
    told = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [-signal.SIGKILL, 0, 0]
    book = opened(path).read()
    acknowledged = {int(word) for words in told for word in words if word.isdigit()}
    assert 0.9 < book.spent_usd <= 1.0 + 1e-12
    assert acknowledged <= set(range(2, book.last + 1))
    assert sum(spend.calls for spend in book.by_model.values()) + len(book.open) >= len(acknowledged)


def test_only_what_living_processes_hold_may_come_back(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from droidlite.session.ledger import Ledger; "
        "Ledger.open(Path(sys.argv[1]), cap_usd=1.0).reserve('m', lambda left: 0.5); "
        "print(flush=True); sys.stdin.read()"
    )
    mine = opened(path)
    mine.reserve("m", takes(0.25))
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert mine.pending_usd() == 0.5
        child.kill()
        while b") Z" not in Path(f"/proc/{child.pid}/stat").read_bytes():  # dead, and not yet buried by us
            pass
        assert mine.pending_usd() == 0.0
    assert (mine.pending_usd(), mine.read().spent_usd) == (0.0, 0.75)
