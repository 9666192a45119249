"""What a copy of a session begins with: its records, without money and outcomes, and the files they speak of."""

from pathlib import Path

import msgspec

from droidlite.session.journal import BLOBS, SPILL
from droidlite.session.lines import JOURNAL, scan
from droidlite.session.records import (
    Ended,
    Head,
    Header,
    Judged,
    Left,
    Record,
    Reserved,
    Reviewed,
    Said,
    Saved,
    Shadowed,
    Spent,
    Titled,
    Verified,
)
from droidlite.types import User

_LEFT_OUT = (Header, Titled, Reserved, Spent, Shadowed, Verified, Reviewed, Judged, Ended)
_OF_A_FOLDER = (Saved, Left, Head)
_decoder = msgspec.json.Decoder(Record)


def copied(old: Path, new: Path, stop: int | None, *, home: str) -> list[Record]:
    """The records of the session in folder `old` before number `stop` (None = all), as its copy in `new` holds them:
    outputs that were spilled are named where the copy has them. Where the copy goes on in another folder (`home`), the
    saved files are left out, and the model is told."""
    records: list[Record] = []
    before = home
    for line in scan(old / JOURNAL):
        if isinstance(line.record, Header):
            before = line.record.cwd
        if line.record is not None and not isinstance(line.record, _LEFT_OUT) and (stop is None or line.n < stop):
            records.append(_renamed(line.record, old / SPILL, new / SPILL))
    if before == home:
        return records
    told = f"This session goes on in another folder from here: {home}. What was said before is about {before}."
    return [*(record for record in records if not isinstance(record, _OF_A_FOLDER)), Said(user=User(told), host=True)]


def share_files(old: Path, new: Path) -> None:
    """Gives a copy the saved files and spilled outputs of the original; they never change, so a second name is enough.
    Raises OSError."""
    import os
    import shutil

    for kind in (BLOBS, SPILL):
        if not (old / kind).is_dir():
            continue
        (new / kind).mkdir(mode=0o700, exist_ok=True)
        for file in (old / kind).iterdir():
            try:
                os.link(file, new / kind / file.name)
            except FileExistsError:
                continue
            except OSError:  # a file system without hard links
                shutil.copy(file, new / kind / file.name)


def _renamed(record: Record, old: Path, new: Path) -> Record:
    """The record with paths below `old` changed to paths below `new`."""
    before, after = (msgspec.json.encode(f"{path}/")[1:-1] for path in (old, new))
    try:
        text = msgspec.json.encode(record)
    except UnicodeEncodeError:  # half a surrogate pair: such a record is kept as it is
        return record
    return _decoder.decode(text.replace(before, after)) if before in text else record
