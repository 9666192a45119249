"""What a child process may know: everything tools need, nothing that looks like a credential."""

import os
import re
from collections.abc import Iterable, Mapping

_SECRET_NAME = re.compile(
    r"(^|_)(API_?KEYS?|KEYS?|TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PASS|PWD_?HASH|CREDENTIALS?|CREDS|COOKIES?"
    r"|AUTH|BEARER|JWT|PAT|DSN|CONNECTION_STRING|PRIVATE)(_|$)"
    r"|API_?KEY|TOKEN($|[^I])|SECRET|PASSWORD|CREDENTIAL|ACCESSKEY"
)
_SECRET_FAMILIES = (
    *("AWS_", "AZURE_", "GOOGLE_", "GCP_", "GCLOUD_", "ANTHROPIC_", "OPENAI_", "GEMINI_", "MISTRAL_", "OPENROUTER_"),
    *("GH_", "GITHUB_TOKEN", "GITLAB_", "BITBUCKET_", "HF_", "HUGGINGFACE_", "HUGGING_FACE_", "DROIDLITE_"),
    *("VAULT_", "DATABASE_URL", "REDIS_URL", "MONGODB_URI", "SENTRY_", "SLACK_", "STRIPE_", "TWILIO_", "NPM_CONFIG__"),
)
_TAKES_OVER = (
    *("LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "ENV", "PROMPT_COMMAND", "SHELLOPTS", "BASHOPTS", "PS4"),
    *("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS", "SSH_AUTH_SOCK", "SUDO_ASKPASS"),
)
"""Variables that would run something in every child, or lend it the person's identity."""
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "PAGER": "cat",
    "MANPAGER": "cat",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "CLICOLOR": "0",
}
_PR_SET_DUMPABLE = 4  # linux/prctl.h
_SHORTEST = 8  # characters of a secret that is looked for inside other values


def hide_process() -> None:
    """Makes this process's own environment and memory, which hold keys, unreadable to its children on Linux (they run
    as the same user): prctl(2), PR_SET_DUMPABLE. Does nothing elsewhere; root still reads everything."""
    import sys

    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def child_environment(env: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """`env` without credentials: no name that looks like one, no value that holds one of `secrets`. Relative entries
    of PATH are dropped (a program of the repository must not pass for `ls`), prompts, pagers and colours are off."""
    known = [secret for secret in secrets if len(secret) >= _SHORTEST]
    kept = {
        name: value
        for name, value in env.items()
        if not _is_secret(name) and not any(secret in value for secret in known)
    }
    if "PATH" in kept:
        kept["PATH"] = os.pathsep.join(entry for entry in kept["PATH"].split(os.pathsep) if os.path.isabs(entry))
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "COLORTERM", "LS_COLORS"):
        kept.pop(name, None)
    return {**kept, **_QUIET}


def _is_secret(name: str) -> bool:
    upper = name.upper()
    if upper in _TAKES_OVER or upper.startswith(("BASH_FUNC_", *_SECRET_FAMILIES)):
        return True
    return bool(_SECRET_NAME.search(upper))
