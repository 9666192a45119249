"""No secret survives, however it is cut into pieces; nothing else is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from droidlite.secrecy import Redaction, is_secret_name, leads_to_secrets
from droidlite.types import Assistant, Call

SECRETS = st.lists(st.text(alphabet='abc.*( "', min_size=8, max_size=10), max_size=3)
KEY = "sk-canary-0123456789"


def test_secrets_are_replaced_longest_first() -> None:
    redaction = Redaction(["sk-12345678", "sk-12345678-long", "short", ""])
    text = redaction.text("a sk-12345678-long b sk-12345678 c short")
    assert text == "a [secret redacted] b [secret redacted] c short"
    assert redaction.text(text) == text


def test_without_secrets_all_is_kept() -> None:
    assert Redaction().text("a.b(c") == "a.b(c"
    assert Redaction(["redacted"]).text("[secret redacted] x") == "[secret redacted] x"


@given(st.text(alphabet="abc.*( ", max_size=40), SECRETS)
def test_no_secret_survives(text: str, secrets: list[str]) -> None:
    shown = Redaction(iter(secrets)).text("".join([text, *secrets, text]))
    assert not any(secret in shown for secret in secrets)


@given(
    st.lists(st.text(alphabet="ab", max_size=6), max_size=12), st.lists(st.text(alphabet="ab", min_size=8), max_size=3)
)
def test_text_in_pieces_becomes_what_the_whole_would(texts: list[str], secrets: list[str]) -> None:
    redaction = Redaction(secrets)
    pieces = redaction.pieces()
    told = "".join([*(pieces.add(text) for text in texts), pieces.rest()])
    assert told == redaction.text("".join(texts))


def test_only_what_could_begin_a_secret_is_held_back() -> None:
    pieces = Redaction([KEY]).pieces()
    assert [pieces.add("see sk"), pieces.add("ip sk-can"), pieces.add("ary-0123456789!"), pieces.rest()] == [
        "see ",
        "skip ",
        "[secret redacted]!",
        "",
    ]


def test_whole_messages_are_cleaned_and_clean_ones_are_the_same_object() -> None:
    redaction = Redaction(['quo"ted-secret'])
    said = Assistant("", (Call("1", "shell", r'{"command": "echo quo\"ted-secret"}'),))
    assert redaction.value(said) == Assistant("", (Call("1", "shell", '{"command": "echo [secret redacted]"}'),))
    plain = {"a": ["x", Assistant("y")]}
    assert redaction.value(plain) is plain


@pytest.mark.parametrize("name", ["MYSQL_PWD", "HOUSE_KEY", "LICENSE_KEY", "my_pass", "CI_JOB_TOKEN", "PGPASSWORD"])
def test_names_that_say_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["DATADOG_APP", "SNYK_CFG", "NETRC", "DD_SITE", "DOCKER_AUTH_CONFIG", "AWS_PROFILE"])
def test_names_that_lead_to_one(name: str) -> None:
    assert leads_to_secrets(name)


@pytest.mark.parametrize("name", ["PWD", "OLDPWD", "PATH", "ADD_ONS", "KEYBOARD", "MONKEY", "AUTHOR", "COMPASS"])
def test_names_that_do_not(name: str) -> None:
    assert not leads_to_secrets(name)
