"""Keys are told by their form, wherever they stand; what only looks like one stays."""

import base64
import hashlib
import random
import string
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from droidlite.keyformats import MARK, passwords_in, redact_forms

LETTERS = string.ascii_letters + string.digits
_random = random.Random(7)


def drawn(count: int, letters: str = LETTERS) -> str:
    """Obviously no key of anybody's: drawn from a fixed seed."""
    return "".join(_random.choice(letters) for _ in range(count))


KEYS = {
    "Anthropic": ("Anthropic key", f"sk-ant-api03-{drawn(93)}AA"),
    "OpenAI project": ("OpenAI key", f"sk-proj-{drawn(74)}T3BlbkFJ{drawn(74)}"),
    "OpenAI, old": ("OpenAI key", f"sk-{drawn(20)}T3BlbkFJ{drawn(20)}"),
    "OpenRouter": ("OpenRouter key", f"sk-or-v1-{drawn(64, '0123456789abcdef')}"),
    "AWS id": ("AWS key", f"AKIA{drawn(16, string.ascii_uppercase + '234567')}"),
    "AWS session id": ("AWS key", f"ASIA{drawn(16, string.ascii_uppercase + '234567')}"),
    "GitHub": ("GitHub token", f"ghp_{drawn(36)}"),
    "GitHub, fine-grained": ("GitHub token", f"github_pat_{drawn(22)}_{drawn(59)}"),
    "GitLab": ("GitLab token", f"glpat-{drawn(20)}"),
    "Slack": ("Slack token", f"xoxb-{drawn(12, string.digits)}-{drawn(12, string.digits)}-{drawn(24)}"),
    "Slack app": (
        "Slack token",
        f"xapp-1-{drawn(11, string.ascii_uppercase)}-{drawn(13, string.digits)}-{'0af1' * 16}",
    ),
    "Stripe": ("Stripe key", f"sk_live_{drawn(24)}"),
    "Stripe, restricted": ("Stripe key", f"rk_live_{drawn(24)}"),
    "Google": ("Google key", f"AIza{drawn(35)}"),
    "Google client": ("Google key", f"GOCSPX-{drawn(28)}"),
    "Hugging Face": ("Hugging Face token", f"hf_{drawn(34, string.ascii_letters)}"),
    "npm": ("npm token", f"npm_{drawn(36)}"),
    "PyPI": ("PyPI token", f"pypi-AgEIcHlwaS5vcmc{drawn(120)}"),
    "JWT": ("JWT", f"eyJ{drawn(33)}.eyJ{drawn(60)}.{drawn(43)}"),
}
PLACES = ("{}", "key = '{}'", '{{"key": "{}"}}', "KEY={}\n", "Bearer {}", "12\t{}", "https://x.test/?k={}&a=1", "({})")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("kind", "key"), KEYS.values(), ids=KEYS)
def test_a_key_is_taken_out_and_nothing_around_it(kind: str, key: str, place: str) -> None:
    text = redact_forms(place.format(key))
    assert (key in text, len(MARK.findall(text))) == (False, 1)
    assert kind in text or "value" in text
    head, tail = place.format("|").split("|")
    assert (text.startswith(head), text.endswith(tail)) == (True, True)
    assert redact_forms(text) == text


def test_a_private_key_goes_whole_and_its_lines_stay_lines() -> None:
    body = "\n".join(drawn(64) for _ in range(12))
    for kind in ("PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"):
        text = f"before\n-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\nafter"
        assert redact_forms(text) == "before\n[secret redacted: private key]" + "\n" * 13 + "\nafter"
        assert redact_forms(text.partition("-----END")[0]) == "before\n[secret redacted: private key]" + "\n" * 13
        numbered = "\n".join(f"{n}\t{line}" for n, line in enumerate(text.split("\n"), 1))
        assert body[:20] not in redact_forms(numbered)
        assert body[:20] not in redact_forms(text.replace("\n", "\\n"))
    public = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----"
    assert redact_forms(public) == public


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://app:hunter2-tiger@db/x", "postgres://app:[secret redacted: password]@db/x"),
        ("http://:s3cr3t@proxy:3128", "http://:[secret redacted: password]@proxy:3128"),
        ("aws_secret_access_key = " + "aB3/" * 10, "aws_secret_access_key = [secret redacted: AWS secret]"),
        ('"SecretAccessKey": "' + "aB3+" * 10 + '"', '"SecretAccessKey": "[secret redacted: AWS secret]"'),
        ("DB_PASSWORD=kT9x2LmQ4vB7nR1s", "DB_PASSWORD=[secret redacted: value]"),
        ("export SENTRY_TOKEN='kT9x2LmQ4vB7nR1s'", "export SENTRY_TOKEN='[secret redacted: value]'"),
    ],
)
def test_what_is_known_by_where_it_stands(text: str, shown: str) -> None:
    assert redact_forms(text) == shown
    assert redact_forms(shown) == shown


SHA = hashlib.sha256(b"x")
KEPT = {
    "git commit": hashlib.sha1(b"x", usedforsecurity=False).hexdigest(),
    "sha256": SHA.hexdigest(),
    "lock file": f'"integrity": "sha512-{base64.b64encode(SHA.digest() * 2).decode()}"',
    "pip hash": f"--hash=sha256:{SHA.hexdigest()}",
    "uuid": str(uuid.UUID(int=7**40)),
    "base64": base64.b64encode(bytes(range(256))).decode(),
    "AWS's own example": "AKIAIOSFODNN7EXAMPLE",
    "AWS's own example secret": "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "class": "class='sk-estimator-doc-link sk-toggleable__label-arrow-fitted'",
    "package": "sk-learn-contrib-py-earth npm_config_user_agent npm_lifecycle_event hf_transfer_enabled_by_default",
    "code": 'API_KEY = os.environ["OPENAI_API_KEY"]; TOKEN_LIMIT = 100_000; password = get_password()',
    "CI": "GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}\nCACHE_KEY=v1-dependencies-2024-01-01",
    "example address": "postgres://postgres:postgres@localhost:5432/test http://user:password@host https://u:${PASS}@h",
    "address with a port": "http://localhost:8080/@scope/pkg https://example.org:443/a@b ssh://git@github.com:22/x",
    "variable": "SECRET_NAME=projects/shop/secrets/database-password TOKEN_URL=https://auth.example.org/oauth/token",
    "public key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9tX3k2Qm0sV1b7cYh4dPzWfEoGuRnLxMaBvCqDsTjK me@host",
    "header in code": 'ok = text.startswith("-----BEGIN RSA PRIVATE KEY-----")\n' + "x = 'some more code'\n" * 20,
    "header in prose": "-----BEGIN PRIVATE KEY----- is what such a file begins with, and then comes base64. " * 9,
    "two dots": "eyJ is how base64 of JSON begins; a.b.c",
    "Stripe, for tests": "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "SRI": "<script integrity='sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC'>",
    "data": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_is_no_key_stays(text: str) -> None:
    assert redact_forms(text) == text


def test_passwords_of_addresses_are_known_as_written_and_as_meant() -> None:
    assert passwords_in("http://me:p%40ss-word@proxy:1") == {"p%40ss-word", "p@ss-word"}
    assert passwords_in("http://me@proxy:1 http://a:b/c@d") == frozenset()


@given(st.text(alphabet="sk-antpiAKIAgh_eyJ.:/@=PASWORDTN \n0aB", max_size=200))
def test_twice_changes_nothing_more(text: str) -> None:
    once = redact_forms(text)
    assert redact_forms(once) == once
    assert once.count("\n") == text.count("\n")


SLOW = ("TOKEN", "-----BEGIN PRIVATE KEY-----\n", "sk-ant-", "eyJ", "://a:", "SECRET_", "A=", "gl")


@pytest.mark.parametrize("text", SLOW)
def test_no_text_takes_long(text: str) -> None:
    """Twice the text, about twice the steps: a pattern that tries again from every place would not come back."""
    assert redact_forms(text * 50_000) == text * 50_000
