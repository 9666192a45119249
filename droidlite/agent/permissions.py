"""May this call run: yes, no with a reason, or ask the person. Rules first, then autonomy, then the person."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, Literal

import msgspec
from msgspec import Struct

from droidlite.patterns import Pattern, PatternTool
from droidlite.session.audit_records import Grounds
from droidlite.tool import Answer, Approval, Display, Effect, Tool
from droidlite.types import Autonomy

EDITS, FETCHES = "edits of files inside the root", "fetching pages of "
OUTSIDE = "it is to run outside the sandbox"
WAYS = " (a higher --auto may let it run, or a rule in allow under [permissions])"
READ_ONLY = "this run is read-only; the person can allow changes with --auto low, medium or high"


ABOUT: dict[Effect, tuple[PatternTool, ...]] = {
    "read": ("read",),
    "write": ("edit", "read"),
    "execute": ("shell",),
    "network": ("fetch",),
}
"""The rules a call can fall under, by its effect."""
Source = Literal["settings", "project", "session"]
"""Who allows it: a settings file, an "always" in this project, an answer in this session."""


class Rule(Struct, frozen=True):
    """What runs without a question: commands that begin with `words`, or, of another `effect`, all that has it and
    that `pattern` covers (None = all of it)."""

    words: str
    source: Source
    effect: Effect = "execute"
    pattern: Pattern | None = None


class Ruling(Struct, frozen=True):
    """What the command rules say: `prefixes` is what "always" would allow (() = it cannot be offered). `check`: it is
    allowed because it is the check, which is run anyway."""

    allow: bool
    reason: str
    prefixes: tuple[str, ...] = ()
    denied: bool = False
    check: bool = False


class Verdict(Struct, frozen=True):
    """Whether a call may run and why; `note` is what the person said with a no. `grounds` is what decided, `rule` the
    rule where one did; both are for the audit. `outside`: it may run outside the sandbox."""

    allow: bool
    reason: str = ""
    note: str = ""
    outside: bool = False
    grounds: Grounds = "autonomy"
    rule: str = ""


class Permissions:
    """One session's permissions. `judge` reads a shell command (command, autonomy, allowed prefixes) -> Ruling; `ask`
    is None where nobody can answer; `rules` need no question; `remember` keeps a command's prefix for later sessions,
    where anything can. `ask_first` is asked about whatever allows it, `denied` never runs; those about a part of shell
    are for `judge`, which reads commands. `unheeded` is an autonomy that a run which nobody watches does not go by;
    `withheld` tells whether a read-only run has refused what it would have allowed. `frees` tells of a command whether,
    once allowed, it runs outside the sandbox; None where there is no sandbox."""

    def __init__(
        self,
        autonomy: Autonomy,
        *,
        judge: Callable[[str, Autonomy, tuple[str, ...]], Ruling],
        ask: Callable[[Approval], Answer] | None = None,
        remember: Callable[[str], None] | None = None,
        allowed_tools: tuple[str, ...] = (),
        disallowed_tools: tuple[str, ...] = (),
        rules: tuple[Rule, ...] = (),
        ask_first: tuple[Pattern, ...] = (),
        denied: tuple[Pattern, ...] = (),
        unheeded: Autonomy = "off",
        frees: Callable[[str], bool] | None = None,
    ) -> None:
        self.autonomy, self.judge, self.ask, self.remember = autonomy, judge, ask, remember
        self.allowed_tools, self.disallowed_tools = allowed_tools, disallowed_tools
        self.rules, self.unheeded, self.withheld = rules, unheeded, False
        self.ask_first, self.denied, self.frees = ask_first, denied, frees

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The beginnings of commands that need no question."""
        return tuple(rule.words for rule in self.rules if rule.effect == "execute" and not _whole(rule))

    def revoke(self, rule: Rule) -> None:
        """Asks about it again in this session."""
        self.rules = tuple(kept for kept in self.rules if kept != rule)

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed, and nobody can be asked to allow it."""
        return self.autonomy == "off" and self.ask is None

    def offered(self, tool: Tool) -> bool:
        """Whether the model is told of this tool at all."""
        if any(fnmatchcase(tool.name, pattern) for pattern in self.disallowed_tools):
            return False
        return not self.allowed_tools or any(fnmatchcase(tool.name, pattern) for pattern in self.allowed_tools)

    def decide(
        self,
        tool: Tool,
        arguments: Any,
        summary: str,
        displays: Callable[[], tuple[Display, ...]],
        targets: tuple[str, ...] = (),
    ) -> Verdict:
        """The verdict on one call. `summary` is the exact command or path, `targets` are its paths or hosts; `displays`
        is called only to ask."""
        if not self.offered(tool):
            return Verdict(False, f"the tool {tool.name} is not allowed in this session", grounds="tools")
        ruling = self._ruling(tool, arguments, self.autonomy, targets)
        free = tool.effect == "execute" and self.frees is not None and self.frees(arguments.command)
        out = tool.effect == "execute" and self.frees is not None and bool(arguments.outside) and not free
        if out and not ruling.denied:
            ruling = Ruling(False, OUTSIDE)
        if ruling.denied:
            return Verdict(False, ruling.reason, grounds="rule", rule=ruling.reason)
        if ruling.allow:
            return msgspec.structs.replace(self._allowed(tool, arguments, ruling, targets), outside=free)
        if self.read_only and self._ruling(tool, arguments, self.unheeded, targets).allow:
            self.withheld = True
        verdict = self._ask(tool, summary, ruling, displays, confined=self.frees is not None and not (free or out))
        return msgspec.structs.replace(verdict, outside=verdict.allow and (verdict.outside or free or out))

    def _allowed(self, tool: Tool, arguments: Any, ruling: Ruling, targets: tuple[str, ...]) -> Verdict:
        """With what allows it: the level alone, or the rule without which it would not."""
        if tool.effect == "read":
            return Verdict(True, grounds="reads")
        if ruling.check:
            return Verdict(True, ruling.reason, grounds="check")
        rules = [rule for rule in self.rules if rule.effect == tool.effect]
        if tool.effect != "execute":
            alone = self.autonomy == "high" or (tool.effect == "write" and self.autonomy != "off")
            found = None if alone else next((rule for rule in rules if _is_for(rule, targets)), None)
        else:
            alone = self.judge(arguments.command, self.autonomy, ()).allow
            found = None if alone else self._needed(arguments.command, rules)
        if found is None:
            return Verdict(True, ruling.reason, grounds="autonomy")
        told = f"{spelled(found.effect, (found.words,))} ({found.source})"
        return Verdict(True, ruling.reason, grounds="rule", rule=told)

    def _needed(self, command: str, rules: list[Rule]) -> Rule | None:
        """The rule by which a command runs; the first where only several together allow it."""
        alone = (rule for rule in rules if self.judge(command, self.autonomy, (rule.words,)).allow)
        return next(alone, next(iter(rules), None))

    def may_change(self, tool: Tool, arguments: Any) -> bool:
        """Whether this is a command that is not known to only read."""
        return tool.effect == "execute" and not self.judge(arguments.command, "off", ()).allow

    def _ruling(self, tool: Tool, arguments: Any, autonomy: Autonomy, targets: tuple[str, ...]) -> Ruling:
        """deny, then ask, then what allows it: the rules, "always" answers, the autonomy."""
        if denied := _covering(self.denied, tool, targets):
            return Ruling(False, f"{denied.text} is denied by {denied.where}", denied=True)
        ruling = self._permitted(tool, arguments, autonomy, targets)
        if ruling.allow and (asked := _covering(self.ask_first, tool, targets)):
            return Ruling(False, f"{asked.text} is always asked about, says {asked.where}")
        return ruling

    def _permitted(self, tool: Tool, arguments: Any, autonomy: Autonomy, targets: tuple[str, ...]) -> Ruling:
        match tool.effect:
            case "read":
                return Ruling(True, "")
            case "execute":
                whole = any(rule.effect == "execute" and _whole(rule) for rule in self.rules)
                return self.judge(arguments.command, "high" if whole else autonomy, self.prefixes)
            case "write":
                if autonomy != "off" or self._allows("write", targets):
                    return Ruling(True, "edits inside the root are allowed")
                return Ruling(False, "it changes a file", (EDITS,))
            case "network":
                if autonomy == "high" or self._allows("network", targets):
                    return Ruling(True, "network is allowed")
                # Host by host: an address can carry away what the model knows to whoever it names.
                return Ruling(False, "it reaches the network", tuple(f"{FETCHES}{host}" for host in targets))

    def _allows(self, effect: Effect, targets: tuple[str, ...]) -> bool:
        """Whether rules cover all a call is about; one without a pattern covers anything."""
        rules = [rule for rule in self.rules if rule.effect == effect]
        if any(rule.pattern is None or not rule.pattern.what for rule in rules):
            return True
        return bool(targets) and all(any(_is_for(rule, (each,)) for rule in rules) for each in targets)

    def _ask(
        self,
        tool: Tool,
        summary: str,
        ruling: Ruling,
        displays: Callable[[], tuple[Display, ...]],
        *,
        confined: bool,
    ) -> Verdict:
        if self.ask is None:
            unasked = f"{ruling.reason}; nobody can be asked here{WAYS if ruling.prefixes else ''}"
            return Verdict(False, READ_ONLY if self.read_only else unasked, grounds="nobody")
        answer = self.ask(
            Approval(
                tool=tool.name,
                summary=summary,
                reason=ruling.reason,
                displays=displays(),
                always=spelled(tool.effect, ruling.prefixes),
                confined=confined and tool.effect == "execute",
                lasting=bool(ruling.prefixes) and tool.effect == "execute" and self.remember is not None,
            )
        )
        if answer.choice == "no":
            return Verdict(False, "the person said no", note=answer.note, grounds="no")
        if answer.choice in ("session", "always"):
            for words in ruling.prefixes:
                host = Pattern("fetch", words.removeprefix(FETCHES)) if tool.effect == "network" else None
                self._widen(Rule(words, "project" if answer.choice == "always" else "session", tool.effect, host))
        out = answer.choice == "outside"
        return Verdict(
            True, "the person allowed it", outside=out, grounds="once" if answer.choice == "outside" else answer.choice
        )

    def _widen(self, rule: Rule) -> None:
        lasting = rule.source == "project" and rule.effect == "execute" and self.remember is not None
        rule = rule if lasting else msgspec.structs.replace(rule, source="session")
        if rule not in self.rules:
            self.rules = (*self.rules, rule)
        if lasting and self.remember is not None:
            self.remember(rule.words)


def _is_for(rule: Rule, targets: tuple[str, ...]) -> bool:
    return rule.pattern is None or any(rule.pattern.covers(each) for each in targets)


def _whole(rule: Rule) -> bool:
    """Whether a rule allows all that a tool does."""
    return rule.pattern is not None and not rule.pattern.what


def _covering(patterns: tuple[Pattern, ...], tool: Tool, targets: tuple[str, ...]) -> Pattern | None:
    return next((pattern for pattern in patterns if _about(tool.effect, pattern, targets)), None)


def _about(effect: Effect, pattern: Pattern, targets: tuple[str, ...]) -> bool:
    """Whether a rule is about a call, as far as can be said without reading commands. What may not be read may not be
    edited either: an edit shows what was there."""
    if pattern.tool not in ABOUT[effect]:
        return False
    if effect == "execute":
        return not pattern.what
    return any(pattern.covers(each) for each in targets)


def spelled(effect: Effect, words: tuple[str, ...]) -> str:
    """In words what a rule allows, or several together; "" for none."""
    if effect != "execute":
        return " and ".join(words)
    *more, last = [f"`{each}`" for each in words] or [""]
    return f"commands that begin {', '.join(more)}{' or ' if more else ''}{last}" if words else ""
