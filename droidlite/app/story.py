"""`droidlite demo --story`: a verified cascade on droidlite's own repository with two scripted models, told as it runs.

Everything but the models' words is what every session uses: router, evidence, prices, tools, check, gate, handoff.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from droidlite.app.assemble import open_session
from droidlite.app.changes import session_diff
from droidlite.app.demo import commit_all
from droidlite.app.headless import stopped_by_signals
from droidlite.app.options import Options
from droidlite.app.person import Person
from droidlite.app.setup import Setup, with_flags
from droidlite.errors import DroidliteError, Interrupted, UsageError
from droidlite.events import Event, ModelChosen, ModelSwitched, ReplyFinished, RunFinished, VerifyFinished
from droidlite.providers.scripted import ScriptedReply
from droidlite.routing.escalation import FAILED_CHECK
from droidlite.routing.listing import list_files
from droidlite.settings.catalog import load_catalog
from droidlite.settings.config import Settings
from droidlite.settings.paths import places
from droidlite.settings.policy import Policy
from droidlite.settings.prices import Prices
from droidlite.settings.trust import Found
from droidlite.types import Endpoint
from droidlite.ui.plain import show_table, takes_control_codes, width
from droidlite.ui.story import Teller

STORY = Path(__file__).parent.parent / "story.toml"
REPOSITORY = Path(__file__).parents[2]
"""droidlite's own, where it runs from a clone."""
CHECK_SECONDS = 120.0
TRIES = 2
"""How often the check fails before the strong model takes over."""
INTERRUPTED = 128
"""Exit codes above it are of signals."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What of the person's environment matters here: no key, no setting."""

_E = TypeVar("_E", bound=Event)


class Bug(Struct, frozen=True, forbid_unknown_fields=True):
    """A bug of the repository's history: `fixed` stands in `file` today, `broken` stood there before `commit`."""

    commit: str
    title: str
    file: str
    fixed: str
    broken: str


class Voice(Struct, frozen=True, forbid_unknown_fields=True):
    """A model of the catalog and the replies that a script gives in its place."""

    id: str
    script: tuple[ScriptedReply, ...]


class Story(Struct, frozen=True, forbid_unknown_fields=True):
    """story.toml: `models` are the cheap one and the strong one."""

    prompt: str
    check: str
    bug: Bug
    models: tuple[Voice, Voice]


class Course(Struct, frozen=True):
    """What happened: every event with the model that was at work, and the text of the file with the bug in the end."""

    events: tuple[tuple[str, Event], ...]
    text: str

    def of(self, kind: type[_E]) -> list[tuple[str, _E]]:
        return [(model, event) for model, event in self.events if isinstance(event, kind)]


def run_story(*, repository: Path = REPOSITORY) -> int:
    """Tells the story on standard output. 0 only where all of it really happened, 1 where it did not (and what).
    Raises UsageError where it cannot be told here, DroidliteError where a file cannot be written."""
    started, story = time.monotonic(), read_story()
    require(repository)
    colour = takes_control_codes(sys.stdout, os.environ)
    teller = Teller(show_table, width, colour=colour)
    try:
        with tempfile.TemporaryDirectory(prefix="droidlite-story-", ignore_cleanup_errors=True) as name:
            wrong = _tell(story, repository, Path(name), teller)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DroidliteError(f"The story's files cannot be written ({error}); free some space.") from error
    teller.ends(wrong, seconds=time.monotonic() - started)
    return 1 if wrong else 0


def _tell(story: Story, repository: Path, folder: Path, teller: Teller) -> list[str]:
    """What did not happen."""
    root = folder / "droidlite"
    files = lay_out(story, repository, root)
    teller.opens(story.bug.commit, story.bug.title, files)
    setup = make_setup(story, folder)
    before = run_check(story, setup, root)
    teller.check(story.check, before.returncode, before.stdout + before.stderr)
    wrong = ["the check did not fail before any work"] if before.returncode == 0 else []
    return [*wrong, *unlike(story, _run(story, setup, root, teller))]


def read_story(path: Path = STORY) -> Story:
    """The shipped story. A newline after the opening quotes of a text is TOML's, not the text's."""
    return msgspec.toml.decode(path.read_bytes(), type=Story)


def require(repository: Path, *, find: Callable[[str], object | None] = find_spec) -> None:
    """Raises UsageError where the repository's tests, or what runs them, are not here. `find` tells whether a module
    is installed."""
    how = "run scripts/demo --story in a clone of droidlite's repository"
    if not (repository / "pyproject.toml").is_file() or not (repository / "tests").is_dir():
        raise UsageError(f"The story is told on droidlite's own repository, and {repository} is not it; {how}.")
    missing = [name for name in ("pytest", "pytest_timeout", "hypothesis") if find(name) is None]
    if missing:
        raise UsageError(f"The story's tests need {', '.join(missing)}, not installed here; {how}.")
    if shutil.which("git") is None:
        raise UsageError("The story is told in a git repository, and there is no git here; install git.")
    if not (Path(sys.executable).parent / "python").exists():
        raise UsageError(f"The story's check runs `python`, and there is none beside {sys.executable}; {how}.")


def lay_out(story: Story, repository: Path, root: Path) -> int:
    """Copies the repository's files as they are on disk, puts the bug back and commits; how many files. Raises
    UsageError where the bug no longer fits."""
    left_out = str(STORY.relative_to(REPOSITORY))  # it tells the end
    names = [name for name in list_files(repository) if name != left_out and (repository / name).is_file()]
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(repository / name, root / name)
    path, bug = root / story.bug.file, story.bug
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text.count(bug.fixed) != 1:
        raise UsageError(f"The story's bug does not fit {bug.file} any more; bring [bug] in {STORY.name} up to date.")
    path.write_text(text.replace(bug.fixed, bug.broken), encoding="utf-8")
    commit_all(root, f"droidlite with the bug of {bug.commit} put back")
    if not (root / ".git").is_dir():
        raise DroidliteError("git could not make the story's repository; run `git init` in an empty folder to see why.")
    return len(names)


def make_setup(story: Story, folder: Path) -> Setup:
    """What holds in the story: nothing of the person's settings, keys or policy; one scripted endpoint a model."""
    (folder / "home").mkdir()
    env = {name: os.environ[name] for name in _KEPT if name in os.environ}
    env["HOME"], env["DROIDLITE_HOME"] = str(folder / "home"), str(folder / "home" / "droidlite")
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
    cheap, strong = story.models
    endpoints = (_endpoint(cheap, "cheap", folder), _endpoint(strong, "strong", folder))
    settings = Settings(endpoints=endpoints, verify_rounds=TRIES - 1, origin={"model": "default"})
    return Setup(
        env=env,
        places=places(env),
        settings=with_flags(settings, _options(story, folder / "droidlite")),
        policy=Policy(),
        endpoints=endpoints,
        catalog=load_catalog(settings),
        prices=Prices({}),
        secrets=frozenset(),
        brought=Found(root=folder / "droidlite"),
    )


def _endpoint(voice: Voice, name: str, folder: Path) -> Endpoint:
    script = folder / f"{name}.jsonl"
    script.write_bytes(b"".join(msgspec.json.encode(reply) + b"\n" for reply in voice.script))
    return Endpoint(name=name, protocol="scripted", base_url=str(script), models=(voice.id,))


def _options(story: Story, root: Path) -> Options:
    return Options(cwd=root, autonomy="low", verify=story.check)


def run_check(story: Story, setup: Setup, root: Path) -> "subprocess.CompletedProcess[str]":
    """The check as a person would run it. Raises DroidliteError where it does not end."""
    words, env = shlex.split(story.check), dict(setup.env)
    try:
        return subprocess.run(words, cwd=root, env=env, capture_output=True, text=True, timeout=CHECK_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise DroidliteError(f"`{story.check}` did not end within {CHECK_SECONDS:g} s; run the story again.") from error


def _run(story: Story, setup: Setup, root: Path, teller: Teller) -> Course:
    """Runs the session, told as it goes. Raises Interrupted where it was."""
    teller.asks(story.check, story.prompt)
    session = open_session(_options(story, root), Person(), setup, prompt=story.prompt)
    events: list[tuple[str, Event]] = []
    try:
        with stopped_by_signals(session):
            for event in session.run(story.prompt):
                events.append((session.parts.agent.driver.route.spec.id, event))
                teller.tell(event)
        diff = session_diff(session.parts.checkpoint, root)
    finally:
        session.close()
    course = Course(tuple(events), (root / story.bug.file).read_text(encoding="utf-8"))
    for _, finished in course.of(RunFinished):
        if finished.exit_code > INTERRUPTED:
            raise Interrupted(finished.result, exit_code=finished.exit_code)
        teller.changed(diff)
        teller.bills(finished)
    return course


def unlike(story: Story, course: Course) -> list[str]:
    """What of the story did not happen, in sentences; [] where all of it did."""
    cheap, strong = (voice.id for voice in story.models)
    decisions = [event.decision for _, event in course.of(ModelChosen)]
    checks = [(model, event.passed) for model, event in course.of(VerifyFinished)]
    switches = [event.switch for _, event in course.of(ModelSwitched)]
    sizes = {model: [e.context_tokens for m, e in course.of(ReplyFinished) if m == model] for model in (cheap, strong)}
    ends = [event for _, event in course.of(RunFinished)]
    happened = {
        f"auto did not choose {cheap} and say why": [(d.model, d.strategy, bool(d.reasons)) for d in decisions]
        == [(cheap, "auto", True)],
        f"the check did not fail {TRIES} times for {cheap} and then pass for {strong}": checks
        == [(cheap, False)] * TRIES + [(strong, True)],
        f"there was no one priced switch from {cheap} to {strong}": [
            (s.from_model, s.to, s.cause, s.price_usd > 0, bool(s.reasons)) for s in switches
        ]
        == [(cheap, strong, FAILED_CHECK, True, True)],
        f"{strong} was not given the conversation": bool(sizes[cheap] and sizes[strong])
        and sizes[strong][0] > sizes[cheap][-1],
        f"{story.bug.file} is not mended as it was in the repository": course.text.count(story.bug.fixed) == 1,
        "there is no bill that is held against the strong model": [
            (e.subtype, e.counterfactual.model if e.counterfactual else "") for e in ends
        ]
        == [("success", strong)],
    }
    return [what for what, so in happened.items() if not so]
