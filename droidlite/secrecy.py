"""Which variables hold secrets, and how their values are kept out of whatever leaves the program."""

import json
import os
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from droidlite.keyformats import LONGEST, MARKER, begins_private_key, redact_forms
from droidlite.regex import regex

SHORTEST = 8
"""Characters; to blank out every occurrence of something shorter would garble ordinary text."""
_SECRET_NAME = regex(
    r"(^|_)(API_?KEYS?|KEYS?|TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PASS|PWD_?HASH|CREDENTIALS?|CREDS|COOKIES?"
    r"|AUTH|BEARER|JWT|PAT|DSN|CONNECTION_STRING|PRIVATE)(_|$)"
    r"|._PWD(_|$)|API_?KEY|TOKEN($|[^I])|SECRET|PASSWORD|CREDENTIAL|ACCESSKEY"
)
_NAMED, _NAME = regex(r"[\w\"']+[ \t]*[=:][ \t]*\Z"), regex(r"[\w\"']+[ \t]*\Z")
_LONGEST_NAME = 200
"""Characters before a word in which the name it is assigned to stands."""
_FAMILIES = (
    *("AWS_", "AZURE_", "GOOGLE_", "GCP_", "GCLOUD_", "ANTHROPIC_", "OPENAI_", "GEMINI_", "MISTRAL_", "OPENROUTER_"),
    *("GH_", "GITHUB_TOKEN", "GITLAB_", "BITBUCKET_", "HF_", "HUGGINGFACE_", "HUGGING_FACE_", "DROIDLITE_"),
    *("VAULT_", "DATABASE_URL", "REDIS_URL", "MONGODB_URI", "SENTRY_", "SLACK_", "STRIPE_", "TWILIO_", "NPM_CONFIG__"),
    *("DATADOG_", "DD_", "SNYK_", "NETRC", "NEW_RELIC_", "CLOUDFLARE_", "DOCKER_AUTH", "PGPASSFILE"),
)
"""Beginnings of names that lead to credentials, though the value itself may be none (a folder, a region)."""


def make_private(folder: Path) -> None:
    """Makes a folder, and whatever is missing above it, for its owner only, under any umask. Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def private(path: str, flags: int) -> int:
    """An opener for open(): what it creates is for its owner only."""
    return os.open(path, flags, 0o600)


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name says that its value is a secret."""
    return bool(_SECRET_NAME.search(name.upper()))


def leads_to_secrets(name: str) -> bool:
    """Whether a variable of this name holds a secret or the way to one: no child process needs it."""
    return is_secret_name(name) or name.upper().startswith(_FAMILIES)


_known: set[str] = set()
"""What this process has found to be secret, for words that come from anywhere: a crash, an error before any session."""


def know(secrets: Iterable[str]) -> None:
    """From here on `redact_known` takes these out."""
    _known.update(secrets)


def redact_known(text: str) -> str:
    """`text` for the screen or a log, without what is known to be secret, variables that say so by their name and keys
    of known forms."""
    named = {value for name, value in os.environ.items() if is_secret_name(name) and not value.startswith("/")}
    return Redaction(_known | named, forms=True).text(text)


class Redaction:
    """Blanks out `secrets` of at least 8 characters, as they are and as JSON writes them; with `forms` also whatever
    has the form of a key, which is for text that nobody here wrote."""

    def __init__(self, secrets: Iterable[str] = (), *, forms: bool = False) -> None:
        self.forms = forms
        long = {secret for secret in secrets if len(secret) >= SHORTEST and secret not in MARKER}
        long |= {json.dumps(secret)[1:-1] for secret in long}
        self.secrets = tuple(sorted(long, key=lambda s: (-len(s), s)))
        """Longest first, so that a secret that contains another goes whole."""

    @property
    def takes(self) -> bool:
        """Whether there is anything it would take out."""
        return self.forms or bool(self.secrets)

    def __repr__(self) -> str:
        return f"Redaction({len(self.secrets)} secrets)"

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        return re.compile("|".join(map(re.escape, self.secrets))) if self.secrets else None

    def text(self, text: str) -> str:
        """`text` with a marker in the place of every secret; doing it twice changes nothing more."""
        text = self.pattern.sub(MARKER, text) if self.pattern else text
        return redact_forms(text) if self.forms else text

    def value(self, value: Any) -> Any:
        """A string, struct, dict, list or tuple with no secret in it at any depth; the same object where there is
        none."""
        if not self.takes:
            return value
        match value:
            case str():
                return self.text(value)
            case list() | tuple():
                parts = [self.value(part) for part in value]
                same = all(new is old or new == old for new, old in zip(parts, value, strict=True))
                return value if same else type(value)(parts)
            case dict():
                changed = {self.value(key): self.value(part) for key, part in value.items()}
                return value if changed == value else changed
            case msgspec.Struct():
                fields = {name: getattr(value, name) for name in value.__struct_fields__}
                changes = {name: new for name, old in fields.items() if (new := self.value(old)) != old}
                return msgspec.structs.replace(value, **changes) if changes else value
        return value

    def pieces(self) -> "Pieces":
        """For text that comes piece by piece."""
        return Words(self) if self.forms else Pieces(self)

    def for_bytes(self) -> "Redaction":
        """The same for text that is really bytes, decoded as Latin-1."""
        bytewise = (secret.encode("utf-8", "surrogatepass").decode("latin-1") for secret in self.secrets)
        return Redaction(bytewise, forms=self.forms)


class Pieces:
    """Text as it comes, without secrets even where one is split: what could be the beginning of one is held back."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._held = ""

    def add(self, text: str) -> str:
        """What can be told by now."""
        text, self._held = self._held + text, ""
        cut = self._cut(text)
        self._held = text[cut:]
        return self._redaction.text(text[:cut])

    def rest(self) -> str:
        """What was held back, when nothing more comes."""
        text, self._held = self._held, ""
        return self._redaction.text(text)

    def _cut(self, text: str) -> int:
        """How many characters of `text` can be told."""
        if self._redaction.pattern is None:
            return len(text)
        cut = len(text) - self._begun(text)
        for match in self._redaction.pattern.finditer(text):
            if match.start() < cut < match.end():
                cut = match.start()
        return cut

    def _begun(self, text: str) -> int:
        """Characters at the end of `text` that begin a secret but do not end it."""
        longest = max(len(secret) for secret in self._redaction.secrets) - 1
        for size in range(min(longest, len(text)), 0, -1):
            if any(len(secret) > size and secret.startswith(text[-size:]) for secret in self._redaction.secrets):
                return size
        return 0


class Words(Pieces):
    """The same where keys are told by their form: a word is told once it has ended, with the name it is assigned to,
    and a private key's lines once all have. One that never ends is told all the same."""

    def _cut(self, text: str) -> int:
        begun = begins_private_key(text)
        cut = min(_last_word(text), begun if begun >= 0 else len(text))
        if len(text) - cut > 2 * LONGEST:
            cut = len(text) - LONGEST
        return min(cut, super()._cut(text))


def _last_word(text: str) -> int:
    """Where the last word of `text` begins, with the name it is assigned to. Told in time that does not grow with the
    word: output without a blank comes in thousands of pieces."""
    least = max(len(text) - LONGEST, 0)
    at = max(text.rfind(blank, least) for blank in " \t\n\r\v\f") + 1 or least
    before = text[max(at - _LONGEST_NAME, least) : at]
    named = (_NAME if text[at : at + 1] in ("=", ":") else _NAMED).search(before)
    return at - len(before) + named.start() if named else at
