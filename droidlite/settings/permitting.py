"""The permission rules in force: what the policy's layers deny or ask about, then what the settings say."""

from droidlite.patterns import Pattern, PermissionRules, parse_pattern
from droidlite.settings.config import Settings
from droidlite.settings.policy import Policy
from droidlite.settings.reading import Document

LISTS = ("allow", "ask", "deny")
_OLD = {"allowed_commands": "allow", "denied_commands": "deny"}
"""Keys that were used for commands before there were rules for every tool."""


def permission_rules(settings: Settings, policy: Policy) -> PermissionRules:
    """Those of the policy come first, so that a refusal names it where both would refuse."""
    found = {name: [*_of_policy(policy, name), *_of_settings(settings, name)] for name in LISTS}
    return PermissionRules(**{name: tuple(patterns) for name, patterns in found.items()})


def _of_policy(policy: Policy, name: str) -> list[Pattern]:
    return [
        parse_pattern(text, f"policy {layer.where(f'permissions.{name}')}")
        for layer in policy.layers
        for text in getattr(layer.permissions, name, ())
    ]


def _of_settings(settings: Settings, name: str) -> list[Pattern]:
    texts = getattr(settings.permissions, name)
    return [parse_pattern(text, settings.origin.get(f"permissions.{name}.{text}", "settings")) for text in texts]


def check_rules(document: Document) -> None:
    """Raises SettingsError naming file, line and key for the first rule that means nothing."""
    for name in LISTS:
        for index, text in enumerate(document.data.get("permissions", {}).get(name, ())):
            try:
                parse_pattern(text)
            except ValueError as error:
                document.fail(("permissions", name, index), str(error))


def renamed(document: Document) -> list[str]:
    """Puts rules under the keys of before where they belong now; returns a sentence for each key. Raises
    SettingsError."""
    told: list[str] = []
    for old, name in _OLD.items():
        if old not in document.data:
            continue
        words, table = document.data.pop(old), document.data.setdefault("permissions", {})
        rules = [f"shell({each})" for each in words] if isinstance(words, list) else []
        example = f"{name} = [{', '.join(_quoted(rule) for rule in rules[:3])}{', ...' if rules[3:] else ''}]"
        if not isinstance(words, list) or not isinstance(table, dict) or not isinstance(table.get(name, []), list):
            document.fail((old,), f'is now a list in [permissions]: {name} = ["shell(git status)"]')
        told.append(f"{document.where((old,))}: {old} still counts, but is now written [permissions] {example}.")
        document.stands_for((old,), ("permissions", name))
        table[name] = [*table.get(name, []), *rules]
    return told


def _quoted(text: str) -> str:
    return f'"{text}"'
