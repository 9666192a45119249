"""The commands that run the agent: an interactive session, and exec."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Option

from droidlite.cli.app import app
from droidlite.cli.flags import (
    AddDir,
    Allowed,
    Auto,
    Continue,
    Cwd,
    Disallowed,
    EffortFlag,
    Fork,
    LedgerFile,
    MaxCost,
    MaxTurns,
    Model,
    Plain,
    Prompt,
    Resume,
    RouterMode,
    SandboxMode,
    System,
    Timeout,
    Trust,
    Verify,
    Worktree,
    Yolo,
    options,
)


@app.command("chat", hidden=True)
def chat(
    prompt: Prompt = "",
    model: Model = "",
    router: RouterMode = None,
    max_cost: MaxCost = None,
    ledger: LedgerFile = "",
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
    sandbox: SandboxMode = None,
    effort: EffortFlag = None,
    system: System = [],  # noqa: B006
    allowed: Allowed = [],  # noqa: B006
    disallowed: Disallowed = [],  # noqa: B006
    trust: Trust = "",
    plain: Plain = False,
) -> int:
    """An interactive session in this folder."""
    given = options(
        False, model, router, max_cost, ledger, max_turns, timeout, verify, go_on, resume, fork, cwd, add_dir, worktree,
        auto, yolo, sandbox, effort, system, allowed, disallowed, trust, plain=plain,
    )  # fmt: skip
    from droidlite.app.interactive import run_interactive

    return run_interactive(given, prompt)


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
    router: RouterMode = None,
    max_cost: MaxCost = None,
    ledger: LedgerFile = "",
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
    sandbox: SandboxMode = None,
    effort: EffortFlag = None,
    system: System = [],  # noqa: B006
    allowed: Allowed = [],  # noqa: B006
    disallowed: Disallowed = [],  # noqa: B006
    trust: Trust = "",
) -> int:
    """Run one prompt without a person (also: droidlite -p). Read-only without --auto.

    The prompt is PROMPT or the text of -f FILE; what standard input carries is appended to it. "-" for either is
    standard input."""
    given = options(
        True, model, router, max_cost, ledger, max_turns, timeout, verify, go_on, resume, fork, cwd, add_dir, worktree,
        auto, yolo, sandbox, effort, system, allowed, disallowed, trust,
    )  # fmt: skip
    from droidlite.app.headless import run_headless

    return run_headless(given, prompt, file, output)
