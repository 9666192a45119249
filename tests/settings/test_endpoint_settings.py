"""Several endpoints, several keys: their order, keys that are missing, values that mean nothing."""

import pytest

from droidlite.errors import SettingsError
from droidlite.settings.addresses import address_problem, key_problem
from droidlite.settings.endpoints import find_endpoints, keys_of
from droidlite.settings.secrets import secrets
from droidlite.types import Endpoint

TWO_KEYS = """\
[[endpoints]]
name = "direct"
protocol = "anthropic"
api_keys = ["${A}", "${B}"]
"""


def endpoint(name: str, extra: str = "") -> str:
    return f'[[endpoints]]\nname = "{name}"\nprotocol = "anthropic"\napi_key = "k"\n{extra}\n'


def test_dedicated_first_then_priority_then_as_written(house) -> None:
    house.user(
        endpoint("shared")
        + endpoint("later", 'capacity = "dedicated"\npriority = 2')
        + endpoint("spare", "priority = -1")
        + endpoint("first", 'capacity = "dedicated"\npriority = 1')
    )
    names = [found.name for found in find_endpoints(house.load(), {})]
    assert names[:4] == ["first", "later", "spare", "shared"]


def test_keys_that_are_not_set_are_left_out(house) -> None:
    house.user(TWO_KEYS)
    settings = house.load({"B": "key-number-two"})
    assert settings.endpoints[0].api_keys == ("", "key-number-two")
    assert settings.unavailable == {}
    assert [each.api_key for each in keys_of(settings.endpoints[0])] == ["key-number-two"]
    assert house.load({}).unavailable == {"direct": "set A"}


def test_each_key_is_a_way_of_its_own_and_a_secret() -> None:
    both = Endpoint(name="e", protocol="anthropic", api_key="key-one-1", api_keys=("key-two-2", "key-one-1"))
    assert [(each.api_key, each.api_keys) for each in keys_of(both)] == [("key-one-1", ()), ("key-two-2", ())]
    assert keys_of(Endpoint(name="e", protocol="anthropic")) == (Endpoint(name="e", protocol="anthropic"),)
    assert secrets([both], {}) == {"key-one-1", "key-two-2"}


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("tpm = -1", "endpoints[0].tpm: must be at least 0; 0 means that the limit is not known"),
        ("rpm = -5", "endpoints[0].rpm: must be at least 0; 0 means that the limit is not known"),
        ('capacity = "spot"', 'endpoints[0].capacity: must be one of "dedicated", "shared", not "spot"'),
        ('api_keys = "k"', "endpoints[0].api_keys: expected a list, got a string"),
        ('kind = "bedrock"', 'endpoints[0].region: is missing; "bedrock" needs one, such as "eu-west-1"'),
        ('kind = "azure"', "endpoints[0].base_url: is missing; write the address of the Azure resource"),
        ('base_url = "http://[::1"', f"endpoints[0].base_url: {address_problem('http://[::1')}"),
        ('base_url = "https://"', f"endpoints[0].base_url: {address_problem('https://')}"),
        ('api_keys = ["fine", "a\\nb"]', f"endpoints[0].api_keys[1]: {key_problem('ü')}"),
        ("priority = 1.5", "endpoints[0].priority: expected a whole number, got a number"),
    ],
)
def test_values_that_mean_nothing(house, extra: str, problem: str) -> None:
    house.user(endpoint("e", extra))
    with pytest.raises(SettingsError) as caught:
        house.load()
    assert str(caught.value).endswith(problem)


def test_limits_of_0_are_limits_not_known(house) -> None:
    house.user(endpoint("e", "tpm = 0\nrpm = 0"))
    assert (house.load().endpoints[0].tpm, house.load().endpoints[0].rpm) == (0, 0)
