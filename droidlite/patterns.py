"""Permission rules as they are written: a tool and what of it, such as shell(git push), edit(src/**), read(.env) or
fetch(*.example.org)."""

import re
from typing import Literal, get_args

from msgspec import Struct

from droidlite.path_globs import fits_path
from droidlite.regex import regex

PatternTool = Literal["edit", "fetch", "read", "shell"]
"""What rules are about: edit is every tool that changes files, read every one that shows what is in them."""
_TOOLS: tuple[PatternTool, ...] = get_args(PatternTool)
_MEANT = {"bash": "shell", "command": "shell", "glob": "read", "grep": "read", "job": "shell", "patch": "edit"}
_MEANT |= {"run": "shell", "web": "fetch", "webfetch": "fetch", "write": "edit"}
_EXAMPLES = "such as shell(git commit), edit(src/**), read(.env) or fetch(docs.python.org)"
_HOST = regex(r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*|[0-9a-f]*:[0-9a-f:]+")


class Pattern(Struct, frozen=True):
    """`what` is leading words of a command, a glob over paths relative to the root, or a host; "" is all the tool does.
    `where` tells file:line."""

    tool: PatternTool
    what: str = ""
    where: str = ""

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.tool}({self.what})" if self.what else self.tool

    def covers(self, target: str) -> bool:
        """Whether it is about this path or host; for commands the command rules say it."""
        if not self.what:
            return True
        if self.tool != "fetch":
            return self.tool != "shell" and fits_path(self.what, target)
        domain = self.what.removeprefix("*")
        return target.endswith(domain) and target != domain if self.what.startswith("*.") else target == self.what


class PermissionRules(Struct, frozen=True):
    """The rules in force. deny wins over ask, ask over allow."""

    allow: tuple[Pattern, ...] = ()
    ask: tuple[Pattern, ...] = ()
    deny: tuple[Pattern, ...] = ()


def is_host(text: str) -> bool:
    """Whether it is a host's name in lower case, an address, or `*.domain`."""
    return _HOST.fullmatch(text) is not None


def is_address(host: str) -> bool:
    """Whether it is an IP address, an IPv6 one without brackets."""
    from ipaddress import ip_address

    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_near(host: str) -> bool:
    """Whether it is localhost, or an IP address of this machine, of its link or of many."""
    from ipaddress import ip_address

    if not is_address(host):
        return host == "localhost"
    found = ip_address(host.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast


def parse_pattern(text: str, where: str = "") -> Pattern:
    """Raises ValueError with what is wrong, as a clause, and what to write instead."""
    found = re.fullmatch(r"([A-Za-z_]+)(?:\((.*)\))?", text.strip(), re.DOTALL)
    if found is None:
        raise ValueError(f'"{text}" is no rule; write a tool and what of it, {_EXAMPLES}')
    tool = next((known for known in _TOOLS if known == found[1]), None)
    if tool is None:
        meant = _MEANT.get(found[1].lower().removesuffix("_"), "")
        meant = f"; write {meant}" if meant else f"; there are {', '.join(_TOOLS)}"
        raise ValueError(f'"{found[1]}" is nothing a rule can be about{meant}')
    if found[2] is None:
        return Pattern(tool, where=where)
    what = " ".join(found[2].split()) if tool == "shell" else found[2].strip()
    what = what.lower().rstrip(".") if tool == "fetch" else what
    if problem := _problem(tool, what):
        raise ValueError(f'"{text}" {problem}')
    return Pattern(tool, what, where)


def _problem(tool: PatternTool, what: str) -> str:
    """What is wrong with what stands in the brackets, and what to write; "" for nothing."""
    if not what:
        return f"names nothing; write {tool} for all it does"
    if not what.isprintable():
        return "holds characters that cannot be seen; write it anew"
    if tool == "shell":
        signs = re.search(r"""[*?"'`$;|&<>\\]""", what)
        return (
            f"holds {signs[0]}; a rule for shell is leading words taken literally, as in shell(npm run)"
            if signs
            else ""
        )
    if tool == "fetch":
        return "" if is_host(what) else "is no host; write one, such as docs.python.org or *.python.org"
    if what.startswith(("/", "~", "!")) or ".." in what.split("/"):
        return f"is no path below the root; write it relative to that, as in {tool}(src/**)"
    return ""
