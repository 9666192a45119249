"""What may run without asking in a terminal's session: told, narrowed, widened."""

import time

import msgspec

from droidlite.agent.permissions import Rule, spelled
from droidlite.app.allowing import forget
from droidlite.app.chat.opened import Open
from droidlite.commands.gitprograms import git_guards
from droidlite.errors import UsageError
from droidlite.session.audit_records import AutonomySet, RuleRevoked
from droidlite.settings.policy import narrow
from droidlite.types import Autonomy
from droidlite.ui.permitted import Permit, Permitted


class Permitting(Open):
    """The part of Conversation about permissions."""

    def set_autonomy(self, autonomy: Autonomy) -> Autonomy:
        settings = narrow(msgspec.structs.replace(self.setup.settings, autonomy=autonomy), self.setup.policy)
        allowed = settings.autonomy or "off"
        self.session.parts.agent.toolbox.permissions.autonomy = allowed
        self.session.parts.journal.append(AutonomySet(autonomy=allowed, at=time.time()))
        self.session.parts.context.guards = git_guards(allowed, self.setup.env)
        return allowed

    def permitted(self) -> Permitted:
        permissions, settings = self.session.parts.agent.toolbox.permissions, self.setup.settings
        permits = [self._permit(rule) for rule in permissions.rules]
        if settings.verify:
            where = settings.origin.get("verify", "default")
            where = "--verify" if where == "flag" else where
            permits.append(Permit(allows=f"the check `{settings.verify}`", where=where, fixed="It is what done means."))
        return Permitted(
            autonomy=permissions.autonomy,
            most="" if self.setup.policy.autonomy.max == "high" else self.setup.policy.autonomy.max,
            permits=tuple(permits),
            asked=tuple(pattern.text for pattern in permissions.ask_first),
            denied=tuple(pattern.text for pattern in permissions.denied),
            only_tools=permissions.allowed_tools,
            without_tools=permissions.disallowed_tools,
        )

    def _permit(self, rule: Rule) -> Permit:
        where = rule.pattern.where if rule.pattern else ""
        told = {"project": "you, in this project", "session": "you, in this session", "settings": where or "settings"}
        fixed = f"{where or 'A settings file'} says so: change it there." if rule.source == "settings" else ""
        whole = rule.pattern is not None and not rule.pattern.what
        allows = rule.words if whole else spelled(rule.effect, (rule.words,))
        return Permit(allows=allows, where=told[rule.source], fixed=fixed)

    def revoke(self, permit: Permit) -> None:
        """Raises UsageError where it is no rule that can be revoked, DroidliteError where that cannot be kept."""
        parts = self.session.parts
        permissions = parts.agent.toolbox.permissions
        rule = next((rule for rule in permissions.rules if self._permit(rule) == permit and not permit.fixed), None)
        if rule is None:
            raise UsageError(f"{permit.allows}: {permit.fixed or 'this is not allowed any more.'}")
        permissions.revoke(rule)
        parts.journal.append(RuleRevoked(rule=f"{spelled(rule.effect, (rule.words,))} ({rule.source})", at=time.time()))
        if rule.source == "project":
            forget(self.setup.places.state, parts.context.root, rule.words)
