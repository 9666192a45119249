"""The flags of a session and of exec, and what they come to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, CallbackParam, Context, Option

from droidlite.cli.quick import MOST_TIMEOUT, existing_folder, is_trust
from droidlite.errors import UsageError

if TYPE_CHECKING:
    from droidlite.app.options import Options


def named_check(context: Context, verify: str) -> str:
    """What --verify names. Raises UsageError where it was given and is empty, as an unset variable leaves it."""
    given = context.get_parameter_source("verify")
    if not verify.strip() and given is not None and given.name != "DEFAULT":
        raise UsageError("--verify is empty; name a command, auto, or leave the flag out.")
    return verify


def given_names(context: Context, parameter: CallbackParam, names: list[str]) -> list[str]:
    """The tools a flag names. Raises UsageError where one is empty, as an unset variable leaves it: that would allow
    every tool, or deny none."""
    if not all(name.strip(" ,") for name in names):
        raise UsageError(f"{parameter.opts[0]} is empty; name tools, or leave the flag out.")
    return names


def pinned(context: Context, trust: str) -> str:
    """What --trust names. Raises UsageError where it was given and is no pin, or empty, as an unset variable leaves
    it."""
    given = context.get_parameter_source("trust")
    if not is_trust(trust) or (not trust and given is not None and given.name != "DEFAULT"):
        takes = "nothing, or a pin as droidlite trust shows it (sha256:HEX); a prompt of one word goes before it"
        raise UsageError(f"--trust {trust}: it takes {takes}.")
    return trust


Prompt = Annotated[str, Argument(help="What to do.", metavar="PROMPT", show_default=False)]
Model = Annotated[str, Option("-m", "--model", help="auto, an id, provider/id or an alias; see droidlite models.")]
MaxCost = Annotated[
    float | None, Option("--max-cost", "--max-budget-usd", metavar="USD", help="Cap in USD; it is never exceeded.")
]
LedgerFile = Annotated[
    str,
    Option(
        "--ledger",
        metavar="FILE",
        help="All that name this file share one cap (also: DROIDLITE_LEDGER).",
        show_default=False,
    ),
]
MaxTurns = Annotated[int | None, Option("--max-turns", min=1, metavar="N", help="Cap on calls of the model.")]
Timeout = Annotated[float | None, Option("--timeout", metavar="SECONDS", help="Stop after this long.")]
Verify = Annotated[
    str,
    Option(
        "--verify",
        metavar="CMD",
        help="A command whose exit 0 means done, or auto.",
        show_default=False,
        callback=named_check,
    ),
]
Continue = Annotated[bool, Option("-c", "--continue", help="Go on with the newest session of this folder.")]
Resume = Annotated[str, Option("-r", "--resume", metavar="[ID]", help="Go on with this session (or the newest).")]
Fork = Annotated[bool, Option("--fork", help="With -c or -r: go on with a copy.")]
Cwd = Annotated[
    Path, Option("-C", "--cwd", help="The folder to work in.", show_default=False, callback=existing_folder)
]
AddDir = Annotated[list[Path], Option("--add-dir", metavar="DIR", help="A further folder its tools may use.")]
Worktree = Annotated[str, Option("-w", "--worktree", metavar="[NAME]", help="Work in a git worktree of its own.")]
Auto = Annotated[
    Literal["low", "medium", "high"] | None,
    Option("--auto", help="Runs unasked: low = edits, medium = + reversible commands, high = all."),
]
Yolo = Annotated[bool, Option("-y", "--yolo", help="The same as --auto high.")]
SandboxMode = Annotated[
    Literal["auto", "bwrap", "landlock", "off"] | None,
    Option("--sandbox", help="What holds commands to the folder (default auto: the strongest that works)."),
]
EffortFlag = Annotated[Literal["low", "medium", "high"] | None, Option("--effort", help="How hard the model thinks.")]
System = Annotated[list[str], Option("--append-system-prompt", metavar="TEXT", help="Added to the system prompt.")]
Allowed = Annotated[
    list[str],
    Option("--allowed-tools", metavar="NAMES", help="Only these tools (commas, globs).", callback=given_names),
]
Disallowed = Annotated[
    list[str], Option("--disallowed-tools", metavar="NAMES", help="Not these tools.", callback=given_names)
]
RouterMode = Annotated[
    Literal["cost", "balanced", "quality"] | None,
    Option("--router", help="Where between cost and quality auto aims (default balanced)."),
]
AsJson = Annotated[bool, Option("--json", help="As JSON.")]


Trust = Annotated[
    str,
    Option(
        "--trust",
        metavar="[sha256:HEX]",
        help="Use what the repository brings, for this run; with a pin only what it pins.",
        show_default=False,
        callback=pinned,
    ),
]
Plain = Annotated[bool, Option("--plain", help="Lines only, nothing is redrawn: for screen readers and slow lines.")]


def options(
    headless: bool,
    model: str,
    router: Literal["cost", "balanced", "quality"] | None,
    max_cost: float | None,
    ledger: str,
    max_turns: int | None,
    timeout: float | None,
    verify: str,
    go_on: bool,
    resume: str,
    fork: bool,
    cwd: Path,
    add_dir: list[Path],
    worktree: str,
    auto: Literal["low", "medium", "high"] | None,
    yolo: bool,
    sandbox: Literal["auto", "bwrap", "landlock", "off"] | None,
    effort: Literal["low", "medium", "high"] | None,
    system: list[str],
    allowed: list[str],
    disallowed: list[str],
    trust: str,
    *,
    plain: bool = False,
) -> "Options":
    from droidlite.app.options import Options

    if max_cost is not None and not 0 < max_cost < float("inf"):
        raise UsageError(f"--max-cost must be an amount above 0 in USD, such as 0.50; it is {max_cost:g}.")
    if timeout is not None and not 0 < timeout <= MOST_TIMEOUT:
        raise UsageError(f"--timeout must be above 0 and at most {MOST_TIMEOUT} seconds (30 days); it is {timeout:g}.")
    if fork and not (go_on or resume):
        raise UsageError("--fork goes on with a copy: say of which session, with -c (the newest here) or -r ID.")
    if gone := next((folder for folder in add_dir if not folder.is_dir()), None):
        raise UsageError(f"--add-dir {gone}: there is no such folder.")
    return Options(
        cwd=cwd,
        headless=headless,
        model=model,
        router=router,
        max_cost=max_cost,
        ledger=ledger,
        max_turns=max_turns,
        timeout=timeout,
        verify=verify,
        resume=resume or ("last" if go_on else ""),
        fork=fork,
        add_dirs=tuple(add_dir),
        worktree=worktree,
        autonomy="high" if yolo else auto,
        sandbox=sandbox,
        effort=effort or "",
        append_system_prompt=tuple(system),
        allowed_tools=_names(allowed),
        disallowed_tools=_names(disallowed),
        plain=plain,
        trust=trust,
    )


def _names(given: list[str]) -> tuple[str, ...]:
    return tuple(name for text in given for name in text.replace(",", " ").split())
