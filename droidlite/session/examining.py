"""`sessions doctor`: what a kill, a full disk or another program did to stored sessions, repaired where that can be.

Nothing a person said is ever deleted: what is cut out of a journal is first kept beside it.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from droidlite.errors import DroidliteError, UsageError
from droidlite.regular import read_regular
from droidlite.session import fold
from droidlite.session.blobs import Blobs, stamp
from droidlite.session.gaps import unexplained
from droidlite.session.journal import BLOBS, LOCK, held, repair
from droidlite.session.lines import JOURNAL
from droidlite.session.records import Header, Saved
from droidlite.session.store import MOST_OF_SUMMARY, SUMMARY, Cached

SANDBOX = "sandbox"
"""What stands for /tmp in commands of this session; nothing a person said is in it."""
FOLDER_MODE, FILE_MODE = 0o700, 0o600


class Examined(Struct, frozen=True, kw_only=True):
    """What came of one session, in sentences: what was `repaired`, only `noted`, and what is still `wrong`."""

    session: str
    repaired: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


class Examination:
    """Of one session in `folder`, among all in the folder above it, whose saved files may stand in for lost ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._repaired: list[str] = []
        self._noted: list[str] = []
        self._wrong: list[str] = []

    def run(self) -> Examined:
        """Examines and repairs. Never raises for what it finds."""
        try:
            opened = sum(map(_opened_up, (self.folder, self.folder / LOCK)))
            with held(self.folder):
                self._modes(opened)
                self._contents()
        except UsageError:
            self._noted.append("it is open in another droidlite, so it was left alone")
        except OSError as error:
            self._wrong.append(f"it cannot be examined: {error.strerror or error}: {error.filename or self.folder}")
        except DroidliteError as error:
            self._wrong.append(str(error))
        return Examined(
            session=self.folder.name,
            repaired=tuple(self._repaired),
            noted=tuple(self._noted),
            wrong=tuple(self._wrong),
        )

    def _modes(self, changed: int) -> None:
        """Only the owner may read or write any of it; of `changed` that is so already."""
        if changed := changed + sum(map(_made_private, _all_of(self.folder))):
            files = "a file" if changed == 1 else f"{changed} files"
            self._repaired.append(f"{files} others could read, or the owner could not: now the owner's alone")

    def _contents(self) -> None:
        self._leftovers()
        if not (self.folder / JOURNAL).exists():
            self._without_journal()
            return
        try:
            reading = fold.read(self.folder)
        except UsageError as error:
            self._wrong.append(str(error))
            return
        told = repair(self.folder / JOURNAL, reading)
        if told or reading.damaged or reading.cut >= 0:
            self._repaired += [*reading.fold.warnings, *told]
        elif not reading.whole:
            self._repaired.append("the last line lacked its end, nothing else")
        else:
            self._noted += reading.fold.warnings
        self._lacking(reading.fold.header)
        self._saved_files(reading.fold.session())
        self._summary()

    def _lacking(self, header: Header) -> None:
        """What no repair brings back."""
        name = self.folder.name
        if missing := unexplained(self.folder):
            lines = "1 line is" if missing == 1 else f"{missing} lines are"
            self._noted.append(
                f"{lines} missing, taken out or never written for want of space; "
                f"droidlite sessions show {name} --audit tells where"
            )
        if not header.cwd:
            self._noted.append(
                "it does not say any more which folder it belongs to, so only `droidlite sessions --all` lists it; go "
                f"on with a copy of it in that folder: droidlite -r {name} --fork"
            )

    def _leftovers(self) -> None:
        """What a killed droidlite was still writing: the file it was to replace is whole."""
        patterns = (f"{SUMMARY}.*", f"{BLOBS}/new-*", Path(JOURNAL).with_suffix(".new").name)
        found = [path for pattern in patterns for path in self.folder.glob(pattern)]
        for path in found:
            path.unlink()
        if found:
            self._repaired.append(f"half-written files of a killed droidlite removed: {len(found)}")

    def _without_journal(self) -> None:
        others = [path.name for path in self.folder.iterdir() if path.name != LOCK]
        if others:
            self._wrong.append(f"its journal is gone; what is left is in {self.folder}")
            return
        (self.folder / LOCK).unlink()
        self.folder.rmdir()
        self._repaired.append("it was never begun: its empty folder is removed")

    def _saved_files(self, session: fold.Session) -> None:
        """Contents that /rewind would need, found again by their SHA-256 in other sessions or in the files."""
        blobs, lost, found = Blobs(self.folder), [], 0
        for saved in {each.blob: each for each in session.saved if each.blob}.values():
            if stamp(self.folder / BLOBS / str(saved.blob)) == saved.blob:
                continue
            source = self._elsewhere(saved, session.header.cwd)
            if source is None:
                lost.append(saved.path)
                continue
            (self.folder / BLOBS / str(saved.blob)).unlink(missing_ok=True)
            blobs.keep(source)
            found += 1
        if found:
            self._repaired.append(f"saved files that were missing or damaged, found again: {found}")
        if lost:
            names = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
            self._wrong.append(f"what /rewind would need is missing or damaged, and nowhere else: {names}")

    def _elsewhere(self, saved: Saved, cwd: str) -> Path | None:
        others = self.folder.parent.glob(f"*/{BLOBS}/{saved.blob}")
        here = [Path(cwd) / saved.path] if cwd else []
        return next((path for path in (*others, *here) if stamp(path) == saved.blob), None)

    def _summary(self) -> None:
        """A summary only spares reading the journal: one that cannot be read is made anew by the next list."""
        path = self.folder / SUMMARY
        try:
            msgspec.json.decode(read_regular(path, MOST_OF_SUMMARY), type=Cached)
        except FileNotFoundError:
            return
        except (OSError, msgspec.MsgspecError):
            path.unlink()
            self._repaired.append("its line of the list could not be read and is made anew")


def examine(root: Path, names: tuple[str, ...] = ()) -> Iterator[Examined]:
    """The sessions under `root` of these ids (none = all of them), in the order they were begun."""
    try:
        found = sorted(path.name for path in root.iterdir() if path.is_dir() and not path.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise DroidliteError(f"Sessions cannot be read: {error.strerror}: {error.filename}.") from error
    for name in names or found:
        yield Examination(root / name).run()


def _all_of(folder: Path) -> Iterator[Path]:
    """A session's folder and everything in it but the sandbox, where what commands wrote is as they left it."""
    yield folder
    for below in sorted(folder.iterdir()):
        if below.name != SANDBOX:
            yield from _all_below(below)


def _all_below(path: Path) -> Iterator[Path]:
    """It and everything in it; a folder comes before what is in it, so that it can be opened up first."""
    yield path
    if path.is_dir() and not path.is_symlink():
        for below in sorted(path.iterdir()):
            yield from _all_below(below)


def _opened_up(path: Path) -> bool:
    """Whether its owner could not use it, and now can: without that no lock can be taken."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    wanted = FOLDER_MODE if stat.S_ISDIR(mode) else FILE_MODE
    return mode & wanted != wanted and _made_private(path)


def _made_private(path: Path) -> bool:
    """Whether its mode had to be changed. Raises OSError."""
    mode = path.lstat().st_mode
    wanted = FOLDER_MODE if stat.S_ISDIR(mode) else FILE_MODE
    if stat.S_ISLNK(mode) or stat.S_IMODE(mode) == wanted:
        return False
    path.chmod(wanted)
    return True
