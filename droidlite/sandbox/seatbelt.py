"""The same confinement as a profile of macOS' own sandbox."""

from droidlite.sandbox.confinement import Confinement

PROGRAM = "/usr/bin/sandbox-exec"


def profile(confinement: Confinement) -> str:
    """The profile in its language (SBPL), where the last rule that fits decides: reading all but what is hidden,
    writing what may be written, no network but loopback."""
    lines = [
        "(version 1)",
        "(deny default)",
        "(allow process*)",
        "(allow signal (target same-sandbox))",
        "(allow sysctl-read)",
        '(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))',
        "(allow ipc-posix-sem)",
        "(allow file-read*)",
        *_rule("deny file-read* file-write*", confinement.hide),
        *_rule("allow file-read*", confinement.read),
        *_rule("allow file-read* file-write*", (*confinement.write, confinement.tmp, *_some(confinement.cache))),
        *_rule("deny file-write*", confinement.keep),
        *_rule("deny file-read* file-write*", confinement.blank),
        '(allow file-write-data (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty"))',
        '(allow network* (local ip "localhost:*"))',
        '(allow network-outbound (remote ip "localhost:*"))',
    ]
    return "\n".join(lines)


def _rule(what: str, paths: tuple[str, ...]) -> list[str]:
    return [f"({what} (subpath {_quoted(path)}))" for path in paths]


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _some(path: str) -> tuple[str, ...]:
    return (path,) if path else ()
