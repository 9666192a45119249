"""What "always" means: the commands allowed for good in a project, read as a session starts and added to in it."""

from collections.abc import Callable
from pathlib import Path

from droidlite.agent.permissions import Rule, Ruling
from droidlite.commands.denial import denied_by, must_ask
from droidlite.commands.parsing import read_command
from droidlite.commands.rules import exactly, judge
from droidlite.commands.tree import Tree
from droidlite.errors import DroidliteError, Refused, SettingsError
from droidlite.patterns import Pattern, PatternTool, PermissionRules
from droidlite.settings.config import Settings
from droidlite.settings.remembered import allowed_file, forget_allowed, load_allowed, remember_allowed
from droidlite.tool import Effect
from droidlite.types import Autonomy

EFFECTS: dict[PatternTool, Effect] = {"edit": "write", "fetch": "network", "read": "read", "shell": "execute"}


def allowed_by(rules: PermissionRules) -> tuple[Rule, ...]:
    """What the settings allow: commands by their leading words, the rest as it is written."""
    return tuple(
        Rule(each.what if each.tool == "shell" and each.what else each.text, "settings", EFFECTS[each.tool], each)
        for each in rules.allow
    )


def judging(rules: PermissionRules, tree: Tree, check: str) -> Callable[[str, Autonomy, tuple[str, ...]], Ruling]:
    """What reads a command and says whether it may run. The check is run anyway, so where anything may change the model
    may run it too: the same words, nothing else."""
    denied, asked = _of_shell(rules.deny), _of_shell(rules.ask)

    def rule(command: str, autonomy: Autonomy, prefixes: tuple[str, ...]) -> Ruling:
        verdict = judge(command, autonomy, prefixes, tuple(denied), tree=tree)
        if verdict.denied:
            return Ruling(False, _denial(denied[verdict.denied]), denied=True)
        if why := must_ask(command, tuple(asked)):
            return Ruling(False, why)
        if verdict.allow or not check or autonomy == "off":
            return Ruling(verdict.allow, verdict.reason, verdict.prefixes)
        verdict = judge(command, autonomy, (*prefixes, *exactly(check)), tuple(denied), tree=tree)
        is_check = verdict.allow or command.strip() == check.strip()
        return Ruling(is_check, verdict.reason, verdict.prefixes, check=is_check)

    return rule


def require_allowed(check: str, rules: PermissionRules) -> None:
    """Raises Refused for a check that a rule denies: it would run like any other command."""
    if not check:
        return
    if whole := next((each for each in rules.deny if each.tool == "shell" and not each.what), None):
        raise Refused(f"The check `{check}` cannot be run: {_denial(whole)}.")
    denied = _of_shell(rules.deny)
    if entry := denied_by(read_command(check).commands, tuple(denied)):
        raise Refused(f"The check `{check}` cannot be run: {_denial(denied[entry])}.")


def denied_globs(rules: PermissionRules, tool: PatternTool) -> tuple[str, ...]:
    """The globs over paths, relative to the root, that rules deny to a tool; "**" where they deny it altogether."""
    return tuple(dict.fromkeys(each.what or "**" for each in rules.deny if each.tool == tool))


def _of_shell(patterns: tuple[Pattern, ...]) -> dict[str, Pattern]:
    """Leading words -> rule; of two with the same words the first."""
    return {each.what: each for each in reversed(patterns) if each.tool == "shell" and each.what}


def _denial(pattern: Pattern) -> str:
    return f"{pattern.text} is denied by {pattern.where}"


def allowed_here(state: Path, root: Path, warn: Callable[[str], None]) -> tuple[Rule, ...]:
    """The beginnings of commands that need no question at `root`; none, and a warning, where they cannot be read."""
    try:
        return tuple(Rule(words, "project") for words in load_allowed(state, root))
    except SettingsError as error:
        warn(str(error))
        return ()


def remembering(state: Path, root: Path, warn: Callable[[str], None]) -> Callable[[str], None]:
    """Keeps a beginning for later sessions; a warning where that cannot be done."""

    def remember(prefix: str) -> None:
        try:
            remember_allowed(state, root, prefix)
        except (OSError, SettingsError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            warn(f"`{prefix}` is allowed in this session only: {allowed_file(state, root)} was not written: {why}.")

    return remember


def withheld(settings: Settings) -> str:
    """What to say where a run that nobody watches refused what `autonomy` in the settings would have allowed."""
    level, where = settings.unheeded
    return (
        f"autonomy ({where}) holds where a person watches; exec was read-only and refused what it would have allowed. "
        f"Give it with the run: --auto {level}."
    )


def forget(state: Path, root: Path, prefix: str) -> None:
    """Asks about a beginning again from the next session on. Raises DroidliteError where that cannot be kept."""
    try:
        forget_allowed(state, root, prefix)
    except OSError as error:
        file = allowed_file(state, root)
        raise DroidliteError(
            f"`{prefix}` is asked about in this session only: {file} was not written: {error.strerror}."
        ) from error
