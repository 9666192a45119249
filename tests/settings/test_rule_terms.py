"""What the names and the paths of a rule mean."""

import pytest

from droidlite.path_globs import fits_path
from droidlite.settings.terms import takes, tier_of
from droidlite.types import ModelSpec

OPUS = ModelSpec(id="claude-opus-5-5", provider="anthropic", tier="frontier")
RESOLD = ModelSpec(id="openrouter/anthropic/claude-opus-5.5", provider="openrouter", name="anthropic/claude-opus-5.5")
DISGUISED = ModelSpec(id="claude-opus-5-5", provider="openai", name="gpt-6-luna", tier="frontier")
OWN = ModelSpec(id="house-big", provider="house", tier="frontier")


@pytest.mark.parametrize(
    ("term", "spec", "meant"),
    [
        ("claude-opus-5-5", OPUS, True),
        ("Claude-Opus-*", OPUS, True),
        ("anthropic/*", OPUS, True),
        ("opus", OPUS, False),
        ("claude-opus-*", RESOLD, True),
        ("provider:anthropic", OPUS, True),
        ("provider:anthropic", RESOLD, False),
        ("provider:open*", RESOLD, True),
        ("tier:frontier", OPUS, True),
        ("tier:small", OPUS, False),
        ("tier:frontier", OWN, True),
    ],
)
def test_a_term_takes_models(term: str, spec: ModelSpec, meant: bool) -> None:
    assert takes(term, spec) is meant


def test_what_is_required_is_matched_by_the_name_that_is_sent() -> None:
    assert takes("claude-opus-5-5", DISGUISED)
    assert not takes("claude-opus-5-5", DISGUISED, sent=True)
    assert takes("gpt-6-luna", DISGUISED, sent=True)
    assert takes("claude-opus-5-5", OPUS, sent=True)


def test_no_setting_changes_the_tier_of_a_model_that_is_known() -> None:
    assert tier_of(DISGUISED) == "small"
    assert tier_of(ModelSpec(id="claude-haiku-5-5", provider="anthropic", tier="frontier")) == "small"
    assert tier_of(RESOLD) == "frontier"
    assert tier_of(OWN) == "frontier"


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("services/payments/**", "services/payments/src/A.java", True),
        ("services/payments/**", "services/payments", True),
        ("services/payments/**", "services/payments2/A.java", False),
        ("services/payments/**", "old/services/payments/A.java", False),
        ("services/payments", "services/payments/src/A.java", True),
        ("services/*/A.java", "services/payments/A.java", True),
        ("services/*/A.java", "services/payments/src/A.java", False),
        ("services/**/A.java", "services/A.java", True),
        ("services/**/A.java", "services/payments/src/A.java", True),
        ("**/migrations/**", "app/db/migrations/0001.sql", True),
        ("*.sql", "app/db/migrations/0001.sql", True),
        ("migrations/", "app/db/migrations/0001.sql", True),
        ("/*.sql", "app/0001.sql", False),
        ("/*.sql", "0001.sql", True),
        ("src/[ab].py", "src/a.py", True),
        ("src/?.py", "src/ab.py", False),
        ("src/A.py", "src/a.py", False),
        ("src/a.py", "./src/x/../a.py", True),
        ("src/a.py", "src\\a.py", True),
        ("**", "anything/at/all", True),
        ("a/**/**/**/**/**/**/**/b", "a/" + "x/" * 200 + "c", False),
    ],
)
def test_a_glob_fits_paths(glob: str, path: str, fits: bool) -> None:
    assert fits_path(glob, path) is fits
