"""What keys look like that vendors gave a form of their own: found in text by that form alone, whoever they belong to.

Sources, read 2026-11: the vendors' pages on token formats (GitHub "About authentication", GitLab "Token prefixes",
Slack "Token types", Stripe "API keys", AWS "IAM identifiers", npm "About access tokens", PyPI's macaroon prefix, RFC
7519 for JWTs, RFC 7468 for PEM); lengths as in the rules of gitleaks (MIT) and detect-secrets (Apache-2.0). A form that
hashes, UUIDs, lock files or test data have too is not here: what is wrongly taken out cannot be edited.
"""

import math
import re
from collections.abc import Callable
from functools import cache

from droidlite.regex import regex

MARKER = "[secret redacted]"
"""Stands for a value that is known to be secret; one known by its form alone says which: [secret redacted: JWT]."""
MARK = regex(r"\[secret redacted(?:: [\w ]+)?\]")
LONGEST = 16_384
"""Characters; the longest key that is found where text comes piece by piece: an RSA key of 8,192 bits has 6,400."""

_KEYS = {
    "Anthropic key": r"sk-ant-[a-z]{3,8}\d{2}-[\w-]{20,}",
    "OpenAI key": r"sk-(?:proj|svcacct|admin)-[\w-]{20,}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|sk-[A-Za-z0-9]{48}",
    "OpenRouter key": r"sk-or-v1-[0-9a-f]{64}",
    "AWS key": r"(?:AKIA|ASIA)(?![A-Z2-7]{9}EXAMPLE)[A-Z2-7]{16}(?![A-Z0-9])",
    "GitHub token": r"gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    "GitLab token": r"gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[\w-]{20,}",
    "Slack token": r"xox[abeoprs]-(?:\d-)?[0-9A-Za-z]{8,}-[0-9A-Za-z-]{10,}|xapp-\d-[A-Z0-9]{8,}-\d{8,}-[0-9a-f]{32,}",
    "Stripe key": r"[sr]k_live_[A-Za-z0-9]{20,}|whsec_[A-Za-z0-9+/]{32,}",
    "Google key": r"AIza[\w-]{35}(?![\w-])|GOCSPX-[\w-]{28}(?![\w-])|ya29\.[\w-]{40,}",
    "Hugging Face token": r"hf_[A-Za-z0-9]{34,40}(?!\w)",
    "npm token": r"npm_[A-Za-z0-9]{36}(?!\w)",
    "PyPI token": r"pypi-AgE[\w-]{50,}",
    "JWT": r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}",
}
_SLACK_HOOK = r"(?<=hooks\.slack\.com/services/)T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}"
_BODY = r"(?:(?!-----)[\w+/=\s\\:,.-])"
_PRIVATE = (
    r"-----BEGIN (?P<pem>(?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?)-----(?=.{0,200}?[A-Za-z0-9+/]{40})"
    rf"(?P<body>{_BODY}{{40,16384}})(?:-----END (?P=pem)-----)?"
)
"""Also one whose end is cut off; a header that code speaks of is no key."""
_BEGUN = regex(
    rf"-----BEGIN (?:[A-Z0-9 ]{{0,60}}-{{0,5}}|[A-Z0-9 ]{{0,30}}PRIVATE KEY[A-Z ]{{0,6}}-----{_BODY}*-{{0,5}})"
)
_KINDS = {f"k{number}": kind for number, kind in enumerate(_KEYS)} | {"hook": "Slack hook"}
_URL = regex(r"(?<=://)(?P<user>[^\s:/?#@'\"`<>\[\]]{0,100}):(?P<value>[^\s:/?#@'\"`<>\[\]]{3,200})(?=@[\w\[])")
_ASSIGNED = regex(
    r"(?P<name>\b[A-Z][A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)[A-Z0-9_]{0,40}"
    r"[\"']?\s*[=:]\s*[\"']?)(?P<value>[\w+/=.~!#%^&*-]{16,200})(?![\w+/=(\[{$<])"
)
_AWS_SECRET = regex(
    r"(?i)(?P<name>secret_?access_?key[\"']?\s*[=:]\s*[\"']?)(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
)
_STAND_INS = regex(r"(?i)pass(word)?|passwd|pwd|secret|token|changeme|example|x{3,}|\*+|\.{3,}|\$.*|%s|\{.*|postgres")
_HINTS = (
    *(
        "sk-",
        "AKIA",
        "ASIA",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "gloas-",
        "gldt-",
        "glrt-",
    ),
    *("glrtr-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "glffct-", "xox", "xapp-", "k_live_"),
    *("whsec_", "AIza", "GOCSPX-", "ya29", "hf_", "npm_", "pypi-", "eyJ", "hooks.slack", "-----B"),
)
"""One of these is in every form: most text has none, and is not looked at again. Looking for each in turn takes a
thirtieth of the time of one expression for all."""
_NAMING = ("PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY")
"""One of these is in every name whose value is looked at."""


def redact_forms(text: str) -> str:
    """`text` with a marker for every key of a known form; lines stay lines. Doing it twice changes nothing more."""
    text = _in_lines(_forms, _marked, _HINTS, text)
    if "-----BEGIN " in text:
        text = _private().sub(_marked, text)
    if "://" in text:
        text = redact_urls(text)
    folded = text.casefold()
    if "access" in folded and "secret" in folded:
        text = _AWS_SECRET.sub(_if(lambda value: not value.endswith("EXAMPLEKEY"), "AWS secret"), text)
    return _in_lines(lambda: _ASSIGNED, _if(_is_random, "value"), _NAMING, text)


def _in_lines(
    form: Callable[[], re.Pattern[str]], told: Callable[[re.Match[str]], str], hints: tuple[str, ...], text: str
) -> str:
    """`text` with `told` in the place of each match, looked for in lines alone that have one of `hints`."""
    found = [hint for hint in hints if hint in text]
    if not found:
        return text
    pattern, hinted = form(), re.compile("|".join(map(re.escape, found)))
    lines = text.split("\n")
    return "\n".join(pattern.sub(told, line) if hinted.search(line) else line for line in lines)


def redact_urls(text: str) -> str:
    """`text` without the passwords in its web addresses, http://user:password@host."""
    return _URL.sub(_password, text)


def passwords_in(text: str) -> frozenset[str]:
    """Those passwords, as written and as they are meant."""
    from urllib.parse import unquote

    found = {match["value"] for match in _URL.finditer(text) if not _is_stand_in(match["user"], match["value"])}
    return frozenset(found | set(map(unquote, found)))


def begins_private_key(text: str) -> int:
    """Where a private key begins that does not end in `text`; -1 where none does."""
    at = text.rfind("-----BEGIN ")
    return at if at >= 0 and _BEGUN.fullmatch(text, at) else -1


@cache
def _forms() -> re.Pattern[str]:
    """Made where it is needed: no session's first prompt waits for it."""
    any_of = "|".join(f"(?P<k{number}>{form})" for number, form in enumerate(_KEYS.values()))
    return re.compile(rf"(?<![\w-])(?:{any_of})|(?P<hook>{_SLACK_HOOK})")


@cache
def _private() -> re.Pattern[str]:
    return re.compile(_PRIVATE, re.DOTALL)


def _marked(match: re.Match[str]) -> str:
    kind = _KINDS.get(match.lastgroup or "", "private key")
    return f"[secret redacted: {kind}]" + "\n" * match[0].count("\n")


def _password(match: re.Match[str]) -> str:
    user, value = match["user"], match["value"]
    return match[0] if _is_stand_in(user, value) or MARK.search(value) else f"{user}:{MARKER[:-1]}: password]"


def _is_stand_in(user: str, value: str) -> bool:
    """Whether this is what examples have in the place of a password."""
    return value == user or bool(_STAND_INS.fullmatch(value))


def _if(secret: Callable[[str], bool], kind: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{match['name']}{MARKER[:-1]}: {kind}]" if secret(match["value"]) else match[0]


def _is_random(value: str) -> bool:
    """Letters of both cases and digits, as random as 16 of them are: no word, path, name, date or version."""
    classes = (str.islower, str.isupper, str.isdigit)
    if not all(any(map(kind, value)) for kind in classes) or value.count(".") > 1 or value.count("/") > 2:
        return False
    counts = [value.count(letter) for letter in set(value)]
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts) >= 3.5
