"""An organisation's denials against everything below it that allows: each combination of settings files, learned rules,
flags, answers and autonomy, with the calls that a denial is about in many spellings."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec

from droidlite.agent.permissions import EDITS, FETCHES, Permissions, Rule
from droidlite.app.allowing import allowed_by, denied_globs, judging
from droidlite.commands.tree import Tree
from droidlite.patterns import Pattern, PermissionRules
from droidlite.settings.loading import load_settings
from droidlite.settings.paths import Places
from droidlite.settings.permitting import permission_rules
from droidlite.settings.policy import narrow
from droidlite.settings.policy_files import load_policy
from droidlite.settings.trusting import Agreed
from droidlite.tool import Answer, Approval, Outcome, ToolContext
from droidlite.tools import all_tools
from droidlite.types import Autonomy

CANARY = "CANARY-51b2-not-a-secret"
TOOLS = {tool.name: tool for kind in ("edit", "patch") for tool in all_tools(kind, ask=False)}  # type: ignore[arg-type]
ORG = '[permissions]\ndeny = ["shell(git push)", "edit(infra/**)", "read(.env)", "fetch(*.evil.example)"]\n'
WIDE = 'allow = ["shell", "edit", "read", "fetch"]\n'
EXACT = 'allow = ["shell(git push)", "edit(infra/**)", "read(.env)", "fetch(a.evil.example)"]\n'
LEARNED = (
    Rule("git push", "project"),
    Rule(EDITS, "session", "write"),
    Rule(FETCHES, "session", "network", Pattern("fetch")),
)
ALLOWING = (
    "nothing",
    "user, exactly",
    "user, all of it",
    "project",
    "local",
    "trusted project",
    "learned",
    "everything",
)
"""What below the organisation allows the denied."""
ANSWERING = (None, "session", "always")
"""What a person answers who is asked; None: nobody can be asked."""
AUTONOMIES: tuple[Autonomy, ...] = get_args(Autonomy)
DENIED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("shell", {"command": "git push"}),
    ("shell", {"command": "git push origin main"}),
    ("shell", {"command": "ls; git -C . push"}),
    ("shell", {"command": "git -c a.b=c --no-pager push"}),
    ("shell", {"command": "/usr/bin/git push"}),
    ("shell", {"command": "env A=1 sudo git push"}),
    ("shell", {"command": "bash -c 'git push'"}),
    ("shell", {"command": "echo $(git push)"}),
    ("shell", {"command": "git-push origin"}),
    ("shell", {"command": "if true; then git 'pu'sh; fi"}),
    ("read", {"file_path": ".env"}),
    ("read", {"file_path": "sub/../.env"}),
    ("read", {"file_path": "innocent"}),
    ("read", {"file_path": "sub/.env"}),
    ("grep", {"pattern": "CANARY"}),
    ("grep", {"pattern": "CANARY", "files_only": True}),
    ("grep", {"pattern": "CANARY", "path": ".env"}),
    ("grep", {"pattern": "CANARY", "path": "sub"}),
    ("glob", {"pattern": "**/.env"}),
    ("edit", {"file_path": ".env", "old_string": CANARY, "new_string": "x"}),
    ("edit", {"file_path": "infra/main.tf", "old_string": "a", "new_string": "b"}),
    ("edit", {"file_path": "to-infra/main.tf", "old_string": "a", "new_string": "b"}),
    ("write", {"file_path": "infra/new/file", "content": "b"}),
    ("write", {"file_path": "src/../infra/new", "content": "b"}),
    ("patch", {"input": "*** Begin Patch\n*** Add File: infra/new\n+b\n*** End Patch"}),
    ("patch", {"input": "*** Begin Patch\n*** Add File: ok\n+b\n*** Delete File: infra/main.tf\n*** End Patch"}),
    ("patch", {"input": "*** Begin Patch\n*** Update File: a\n*** Move to: infra/a\n@@\n-a\n+b\n*** End Patch"}),
    ("fetch", {"url": "https://a.evil.example/x"}),
    ("fetch", {"url": "http://A.Evil.Example.:8080/"}),
)


class World:
    """A repository with files that are denied, and the settings in force in it."""

    def __init__(self, box: Path, allowing: str, org: str = ORG) -> None:
        self.allowing, self.root = allowing, box / "repo"
        self.places = Places(config=box / "config", state=box / "state", cache=box / "cache")
        self._place()
        system = box / "policy.toml"
        system.write_text(org)
        self.policy = load_policy({}, self.places, root=self.root, system=system)
        trusted = Agreed(given="now" if allowing in ("trusted project", "everything") else "")
        settings = narrow(load_settings(self.root, {}, self.places, agreed=trusted), self.policy)
        self.rules: PermissionRules = permission_rules(settings, self.policy)
        self.before = self.tree()

    def _place(self) -> None:
        for folder in (".git", "infra", "src", "sub", ".droidlite"):
            (self.root / folder).mkdir(parents=True)
        self.places.config.mkdir()
        for name in (".env", "sub/.env"):
            (self.root / name).write_text(f"{CANARY}\n")
        for name in ("a", "infra/main.tf"):
            (self.root / name).write_text("a\n")
        (self.root / "innocent").symlink_to(".env")
        (self.root / "to-infra").symlink_to("infra")
        texts = {"user, exactly": EXACT, "user, all of it": WIDE, "everything": WIDE}
        every = self.allowing == "everything"
        (self.places.config / "config.toml").write_text("[permissions]\n" + texts.get(self.allowing, ""))
        for who, name in (("project", "config.toml"), ("local", "config.local.toml")):
            text = WIDE if every or self.allowing.endswith(who) else ""
            (self.root / ".droidlite" / name).write_text(f"[permissions]\n{text}")

    def tree(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def permissions(self, autonomy: Autonomy, answer: str | None) -> Permissions:
        def ask(approval: Approval) -> Answer:
            return Answer(answer)  # type: ignore[arg-type]

        return Permissions(
            autonomy,
            judge=judging(self.rules, Tree(str(self.root)), "git push" if self.allowing == "everything" else ""),
            ask=None if answer is None else ask,
            remember=lambda prefix: None,
            rules=(*allowed_by(self.rules), *(LEARNED if self.allowing in ("learned", "everything") else ())),
            ask_first=self.rules.ask,
            denied=self.rules.deny,
        )

    def context(self) -> ToolContext:
        from droidlite.cancellation import Cancellation

        return ToolContext(
            root=self.root,
            spill=self.root,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            cancellation=Cancellation(),
            save=lambda path: None,
            unreadable=denied_globs(self.rules, "read"),
            unwritable=denied_globs(self.rules, "edit"),
        )


def leaks(world: World, permissions: Permissions, name: str, arguments: dict[str, Any]) -> bool:
    """Whether a denied call does what is denied: shows the canary or its file, changes a file, or would run."""
    tool, context = TOOLS[name], world.context()
    given = msgspec.convert(arguments, tool.arguments)
    targets = tool.targets(given, context) if tool.targets is not None else ()
    if not permissions.decide(tool, given, name, lambda: (), targets).allow:
        return False
    if tool.effect in ("execute", "network"):
        return True
    outcome: Outcome = tool.run(given, context, "call-1")
    told = f"{outcome.content}{outcome.displays}"
    return CANARY in told or ".env" in told.replace("No file matches **/.env", "") or world.tree() != world.before


def combinations(box: Path, org: str = ORG, given: tuple[str, ...] = ALLOWING) -> Iterator[tuple[str, bool]]:
    """Every combination under the policy `org`: its name, and whether the denied was done."""
    for number, allowing in enumerate(given):
        (box / str(number)).mkdir()
        world = World(box / str(number), allowing, org)
        for autonomy, answer in itertools.product(AUTONOMIES, ANSWERING):
            permissions = world.permissions(autonomy, answer)
            for name, arguments in DENIED:
                if name in ("grep", "glob") and answer is not None:  # nobody is ever asked about these
                    continue
                leaked = leaks(world, permissions, name, arguments)
                yield f"{name} {arguments} at {autonomy}, allowed by {allowing}, answer {answer}", leaked
