"""`droidlite router test`: holds the routing rules in force here to the cases that were written for them."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from droidlite.app.routing import PRIORS, load_evidence, mode_of
from droidlite.app.setup import Setup, read_setup
from droidlite.app.trusting import left_out
from droidlite.errors import Refused
from droidlite.routing.cases import Case, Decide, Verdict, read_cases, run_case
from droidlite.routing.features import Features, read_features
from droidlite.routing.router import Asked, Narrowing, decide
from droidlite.routing.rules import Ruled
from droidlite.settings.catalog import SCRIPTED
from droidlite.settings.paths import find_root
from droidlite.types import Candidate, RoutingDecision
from droidlite.ui.plain import show, show_json

DEFAULT_FILE = Path(".droidlite") / "cases.toml"


def try_cases(files: Sequence[Path], cwd: Path, as_json: bool) -> int:
    """Runs the cases of `files` (none: the project's) without a key or a call; returns 1 where one does not hold.

    Raises SettingsError where a file of cases cannot be used, Refused where the policy cannot be read."""
    setup = read_setup(cwd)
    here = cwd == Path.cwd()  # then a file is told as it was named
    paths = [file if here else cwd / file for file in files] or [find_root(cwd) / DEFAULT_FILE]
    catalog = {name: spec for name, spec in setup.catalog.items() if spec.provider != SCRIPTED}
    cases = [case for path in paths for case in read_cases(path, catalog)]
    decide = decider(setup)
    verdicts = [
        run_case(case, setup.policy, catalog, where=where, read=read_case, decide=decide) for where, case in cases
    ]
    missed = sum(bool(verdict.misses) for verdict in verdicts)
    if as_json:
        show_json({"ok": not missed, "cases": verdicts})
    else:
        untrusted = left_out(setup.settings.trusted, "The rules themselves are tested as they are written.")
        lines = [*map(_row, verdicts), f"{len(verdicts) - missed} of {len(verdicts)} cases hold."]
        show([*lines, *([untrusted] if untrusted else [])])
    return 1 if missed else 0


def read_case(case: Case) -> Features:
    """The task as the router would read it, but for what the case itself gives."""
    read = read_features(
        case.prompt,
        case.files,
        mode=case.mode,
        worker=case.worker,
        verified=case.verified,
        budget_usd=case.budget_usd,
    )
    given: dict[str, object] = {"paths": case.files or read.paths}
    if case.kind:
        given |= {"kind": case.kind, "confidence": 1.0}
    given |= {name: value for name in ("languages", "toolchain") if (value := getattr(case, name))}
    return structs.replace(read, **given)


def decider(setup: Setup) -> Decide:
    """The router itself, on the shipped evidence and at today's list prices; a person's own outcomes must not decide
    what a rule's case comes to."""
    public, trouble = load_evidence(PRIORS)

    def decide_case(features: Features, ruled: Ruled) -> RoutingDecision:
        asked = Asked(
            features=features,
            candidates=priced(setup, ruled.allowed),
            narrowing=Narrowing(preferred=ruled.preferred[0] if ruled.preferred else ()),
            mode=mode_of(setup),
            public=public,
            trouble=trouble,
        )
        decision = decide(asked)
        if decision is None:
            raise Refused("none of the models that the rules leave can run this task")
        return structs.replace(decision, rejected={**decision.rejected, **ruled.rejected}, rule=ruled.rule)

    return decide_case


def priced(setup: Setup, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with their list prices."""
    prices = {candidate.spec.id: setup.prices.per_million(candidate.spec) for candidate in candidates}
    return tuple(
        structs.replace(candidate, input_price=found[0], output_price=found[1]) if found else candidate
        for candidate in candidates
        for found in (prices[candidate.spec.id],)
    )


def _row(verdict: Verdict) -> str:
    if verdict.misses:
        return f"MISS  {verdict.name} ({verdict.where}): {'; '.join(verdict.misses)}"
    return f"ok    {verdict.name}: {verdict.said}"
