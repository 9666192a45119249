"""What of this machine a confined command sees: homes are hidden but for the tools in them, sockets of others too."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

HIDDEN = ("/home", "/root", "/run", "/mnt", "/media", "/Users")
"""Where people keep what is theirs, and services their sockets. /mnt holds the other system of WSL."""
TOOLS = (
    *(".pyenv", ".rbenv", ".rvm", ".goenv", ".nvm", ".fnm", ".volta", ".asdf", ".sdkman", ".jenv", ".tfenv"),
    *(".cargo", ".rustup", ".ghcup", ".cabal", ".stack", ".opam", ".elan", ".juliaup", ".julia", ".swiftly"),
    *(".m2", ".gradle", ".nuget", ".dotnet", ".bun", ".deno", ".yarn", ".gem", ".bundle", ".mix", ".hex", ".pub-cache"),
    *(".nix-profile", ".conda", "miniconda3", "miniforge3", "anaconda3", "mambaforge", "go", "sdk"),
    *(".local/bin", ".local/lib", ".local/pipx", ".local/share/uv", ".local/share/pipx", ".local/share/mise"),
    *(".local/share/fnm", ".local/share/pnpm", ".local/share/virtualenvs", ".local/share/rtx"),
    *(".gitconfig", ".config/git", ".gitignore", ".gitignore_global", ".npm-global", ".pkgx"),
)
"""Below a home: what compilers, interpreters and package tools are found by or made of."""
CREDENTIALS = (
    *(".cargo/credentials", ".cargo/credentials.toml", ".m2/settings.xml", ".m2/settings-security.xml"),
    *(".gradle/gradle.properties", ".gem/credentials", ".bundle/config", ".nuget/NuGet/NuGet.Config"),
    *(".npm-global/etc/npmrc", ".gradle/init.gradle", ".julia/servers", ".cabal/config", ".stack/config.yaml"),
    *(".config/git/credentials", ".local/share/uv/credentials", ".hex/hex.config", ".pub-cache/credentials.json"),
    *(".ssh", ".aws", ".azure", ".gnupg", ".kube", ".docker", ".config/gcloud", ".config/gh", ".config/hub"),
    *(".netrc", ".npmrc", ".yarnrc.yml", ".pypirc", ".git-credentials", ".pgpass", ".my.cnf", ".password-store"),
    *(".local/share/keyrings", ".mozilla", ".config/google-chrome", ".config/chromium", ".bash_history"),
    *(".zsh_history", ".python_history", ".psql_history", ".node_repl_history", ".terraform.d", ".vault-token"),
)
"""Below a home: what lends the person's identity. They read as empty even where the home itself is worked in."""
_PREFIXED = frozenset({"bin", "sbin", "shims", "Scripts"})
TEMPORARY = ("/tmp", "/var/tmp")
"""Another folder lies there."""
MOST_SOCKETS = 200


def homes(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The homes of the person who runs this: by the environment, and by the system."""
    import pwd

    named = [environment.get("HOME", "")]
    with suppress(KeyError):  # a user of a container may have no entry
        named.append(pwd.getpwuid(os.getuid()).pw_dir)
    found = (os.path.realpath(name) for name in named if name.startswith("/") and len(name) > 1)
    return tuple(dict.fromkeys(name for name in found if os.path.isdir(name)))


def hidden(environment: Mapping[str, str], own: Iterable[str]) -> tuple[str, ...]:
    """Folders that are hidden, outer ones first; `own`: droidlite's own."""
    found = {os.path.realpath(path) for path in (*HIDDEN, *homes(environment), *own) if os.path.isdir(path)}
    return tuple(sorted(found - {"/"}))


def tools(environment: Mapping[str, str], hide: Iterable[str]) -> tuple[str, ...]:
    """What shows of the hidden folders: tools that are known by where they lie, and those that PATH leads to."""
    hide = (*hide, *TEMPORARY)
    known = [os.path.join(home, name) for home in homes(environment) for name in TOOLS]
    for entry in environment.get("PATH", "").split(os.pathsep):
        if os.path.isabs(entry) and within(os.path.realpath(entry), hide):
            known += _around(os.path.realpath(entry), homes(environment), hide)
    found = (os.path.realpath(path) for path in known if os.access(path, os.R_OK))
    return tuple(sorted({path for path in found if within(path, hide)}))


def _around(entry: str, homes: tuple[str, ...], hide: tuple[str, ...]) -> Iterator[str]:
    """A folder of programs, and what they are installed in where that is a folder of its own."""
    if entry in (*homes, *hide):  # all of it would show
        return
    yield entry
    above = os.path.dirname(entry)
    installed = any(os.path.exists(os.path.join(above, name)) for name in ("lib", "pyvenv.cfg", "libexec", "share"))
    apart = above not in (*homes, *hide) and os.path.dirname(above) not in ("/home", "/Users")
    if installed and apart and os.path.basename(entry) in _PREFIXED and os.path.basename(above) != ".local":
        yield above


def credentials(environment: Mapping[str, str], shown: Iterable[str]) -> tuple[str, ...]:
    """What lends the person's identity within the folders that are `shown`."""
    shown = tuple(shown)
    paths = (os.path.join(home, name) for home in homes(environment) for name in CREDENTIALS)
    found = (os.path.realpath(path) for path in paths if os.path.lexists(path))
    return tuple(sorted({path for path in found if os.path.exists(path) and within(path, shown)}))


def sockets(hide: Iterable[str]) -> tuple[str, ...] | None:
    """Sockets that somebody listens on in the file system outside `hide`; None where they are too many or cannot be
    told (proc(5), /proc/net/unix: the flag 00010000 is one that listens)."""
    hide = tuple(hide)
    try:
        lines = Path("/proc/net/unix").read_text(encoding="utf-8", errors="surrogateescape").splitlines()[1:]
    except OSError:
        return None
    rows = (line.split(maxsplit=7) for line in lines)
    named = {row[7] for row in rows if len(row) == 8 and row[3] == "00010000" and row[7].startswith("/")}
    found = {os.path.realpath(path) for path in named if os.path.exists(path)}
    seen = tuple(sorted(path for path in found if not within(path, hide)))
    return seen if len(seen) <= MOST_SOCKETS else None


def within(path: str, folders: Iterable[str]) -> bool:
    """Whether `path` is one of `folders` or lies below one."""
    return any(path == folder or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)


def is_machine(path: str) -> bool:
    """Whether a folder, all links followed, is the machine itself: its root, or what its kernel shows of itself. To
    hold a command to it would hold it to nothing."""
    return path == "/" or within(path, ("/proc", "/sys", "/dev"))


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """`paths` without those that lie below another one."""
    paths = tuple(dict.fromkeys(paths))
    return tuple(path for path in paths if not within(path, (other for other in paths if other != path)))


def visible(hide: Iterable[str], top: str = "/") -> Iterator[str]:
    """Folders and files that together hold everything below `top` but what is hidden: for a mechanism that can only
    allow. What is made later beside a hidden one is not seen."""
    hide = tuple(hide)
    if within(top, hide):
        return
    if not any(path.startswith(top.rstrip("/") + "/") for path in hide):
        yield top
        return
    try:
        with os.scandir(top) as entries:
            inner = sorted(entry.path for entry in entries if not entry.is_symlink())
    except OSError:
        return
    for path in inner:
        yield from visible(hide, path)
