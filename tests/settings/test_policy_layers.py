"""Three layers of policy, and that none widens what another narrowed, in any combination."""

import os
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from droidlite.errors import Refused
from droidlite.settings.config import RouterSettings, Settings
from droidlite.settings.policy import (
    AutonomyPolicy,
    BudgetPolicy,
    EndpointPolicy,
    Layer,
    ModelPolicy,
    Policy,
    RouterPolicy,
    combine,
    narrow,
    why_not,
)
from droidlite.settings.policy_files import load_policy
from droidlite.types import Endpoint, ModelSpec

MODES = ("cost", "balanced", "quality")
AUTONOMIES = ("off", "low", "medium", "high")
MODELS = (
    ModelSpec(id="claude-opus-5-5", provider="anthropic", tier="frontier"),
    ModelSpec(id="claude-haiku-5-5", provider="anthropic", tier="small"),
    ModelSpec(id="glm-5.3", provider="zai", open_weights=True),
    ModelSpec(id="house/glm-5.3", provider="house", name="glm-5.3", open_weights=True),
)
ENDPOINTS = (
    Endpoint(name="direct", protocol="anthropic", region="us"),
    Endpoint(name="house", protocol="openai-chat", region="eu"),
    Endpoint(name="box", protocol="openai-chat"),
    Endpoint(name="embedded", protocol="local"),
)
GLOBS = ("claude-*", "*opus*", "glm-5.3", "anthropic/*", "house/*", "nothing")


def subsets(words: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), max_size=3, unique=True).map(tuple)


TABLES: dict[str, st.SearchStrategy[Any]] = {
    "router": st.builds(RouterPolicy, allowed=st.booleans(), max_mode=st.sampled_from(MODES), judge=st.booleans()),
    "models": st.builds(
        ModelPolicy,
        allow=subsets(GLOBS),
        deny=subsets(GLOBS),
        regions=subsets(("us", "eu")),
        open_weights_only=st.booleans(),
    ),
    "endpoints": st.builds(EndpointPolicy, allow=subsets(("d*", "house", "box")), deny=subsets(("house", "*x"))),
    "budget": st.builds(BudgetPolicy, max_cost_usd=st.sampled_from((None, 0.5, 1.0, 5.0))),
    "autonomy": st.builds(AutonomyPolicy, max=st.sampled_from(AUTONOMIES)),
}


@st.composite
def a_layer(draw: st.DrawFn, name: str) -> Layer:
    """A layer with some of the tables, each key of those given; a cap of None is a cap that is not there."""
    tables = {table: draw(made) for table, made in TABLES.items() if draw(st.booleans())}
    given_keys = [
        f"{table}.{key}"
        for table, record in tables.items()
        for key, value in structs.asdict(record).items()
        if value is not None
    ]
    return Layer(layer=name, file=name, lines={key: f"{name}:{key}" for key in given_keys}, **tables)


three = st.tuples(a_layer("org"), a_layer("project"), a_layer("user"))


def allowed(policy: Policy) -> set[tuple[str, str]]:
    return {(m.id, e.name) for m in MODELS for e in ENDPOINTS if not why_not(policy, m, e)}


def settled(policy: Policy) -> Settings:
    """What is left of the most a person can ask for."""
    most = Settings(autonomy="high", router=RouterSettings(mode="quality"), max_cost_usd=100.0)
    return narrow(most, policy)


@given(three)
def test_adding_a_layer_never_widens_anything(layers: tuple[Layer, ...]) -> None:
    """Over every combination of the layers with each further one."""
    for count in range(len(layers)):
        for fewer in combinations(layers, count):
            for more in (layer for layer in layers if layer not in fewer):
                before, after = combine(fewer), combine([layer for layer in layers if layer in (*fewer, more)])
                assert allowed(after) <= allowed(before)
                assert after.router.allowed <= before.router.allowed
                assert after.router.judge <= before.router.judge
                one, two = settled(before), settled(after)
                assert MODES.index(two.router.mode) <= MODES.index(one.router.mode)
                assert AUTONOMIES.index(two.autonomy or "") <= AUTONOMIES.index(one.autonomy or "")
                assert (two.max_cost_usd or 0) <= (one.max_cost_usd or 0)


@given(three)
def test_what_is_allowed_is_what_every_layer_allows(layers: tuple[Layer, ...]) -> None:
    each = [combine([layer]) for layer in layers]
    together = combine(layers)
    assert allowed(together) == set.intersection(*(allowed(policy) for policy in each))
    assert together.router == RouterPolicy(
        allowed=all(policy.router.allowed for policy in each),
        max_mode=min((policy.router.max_mode for policy in each), key=MODES.index),
        judge=all(policy.router.judge for policy in each),
    )
    assert together.autonomy.max == min((policy.autonomy.max for policy in each), key=AUTONOMIES.index)
    caps = [policy.budget.max_cost_usd for policy in each if policy.budget.max_cost_usd is not None]
    assert together.budget.max_cost_usd == min(caps, default=None)


@given(three)
def test_the_order_of_layers_changes_nothing_that_holds(layers: tuple[Layer, ...]) -> None:
    first = combine(layers)
    for order in permutations(layers):
        other = combine(order)
        assert (other.router, other.budget, other.autonomy) == (first.router, first.budget, first.autonomy)
        assert allowed(other) == allowed(first)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def load(house, env: dict[str, str] | None = None) -> Policy:
    return load_policy(env or {}, house.places, root=house.repository, system=house.repository.parent / "system.toml")


def own(house) -> Path:
    return house.places.config / "policy.toml"


def project(house) -> Path:
    return house.repository / ".droidlite" / "policy.toml"


def test_each_layer_is_read_from_its_place_and_names_its_line(house) -> None:
    system = house.repository.parent / "system.toml"
    write(system, '[models]\nallow = ["claude-*", "glm-*"]\n[router]\nmax_mode = "balanced"\n')
    write(own(house), '[models]\nallow = ["*opus*"]\n[budget]\nmax_cost_usd = 2\n')
    write(project(house), '[router]\nmax_mode = "cost"\n[budget]\nmax_cost_usd = 3\n[endpoints]\ndeny = ["house"]\n')
    policy = load(house)
    assert [(layer.layer, layer.file) for layer in policy.layers] == [
        ("org", str(system)),
        ("project", str(project(house))),
        ("user", str(own(house))),
    ]
    assert policy.lines == {"router.max_mode": f"{project(house)}:2", "budget.max_cost_usd": f"{own(house)}:4"}
    opus, haiku, glm, _ = MODELS
    direct, at_house, _, _ = ENDPOINTS
    assert why_not(policy, opus, direct) == ""
    assert why_not(policy, haiku, direct) == f"not on the list of policy {own(house)}:2 (models.allow)"
    assert why_not(policy, opus, at_house) == f'endpoint "house" is denied by policy {project(house)}:6 ("house")'
    assert why_not(policy, structs.replace(glm, id="x", name="x"), None) == (
        f"not on the list of policy {system}:2 (models.allow)"
    )


@pytest.mark.parametrize("place", [own, project])
def test_a_malformed_layer_refuses_whichever_it_is(house, place: Any) -> None:
    write(place(house), '[router]\nmax_mode = "balanced"\n[models]\nalow = ["x"]\n')
    with pytest.raises(Refused) as caught:
        load(house)
    assert str(caught.value) == (
        "Nothing runs while the policy cannot be read. "
        f'{place(house)}:4: models.alow: unknown key; did you mean "allow"?'
    )


@pytest.mark.parametrize("place", [own, project])
def test_only_the_organisation_names_models_that_take_over(house, place: Any) -> None:
    write(place(house), '[router]\nfallback = ["gpt-6.1-sol"]\n')
    with pytest.raises(Refused, match=r":2: router\.fallback: is for the organisation's policy; name yours in config"):
        load(house)


@pytest.mark.parametrize("place", [own, project])
def test_a_layer_that_is_a_dangling_link_refuses(house, place: Any) -> None:
    place(house).parent.mkdir(parents=True, exist_ok=True)
    place(house).symlink_to("gone")
    with pytest.raises(Refused) as caught:
        load(house)
    assert str(caught.value) == (
        f"Nothing runs while the policy cannot be read. {place(house)}: is a link that leads nowhere"
    )


def test_a_layer_that_is_a_pipe_refuses(house) -> None:
    project(house).parent.mkdir()
    os.mkfifo(project(house))
    with pytest.raises(Refused) as caught:
        load(house)
    assert "is not a file" in str(caught.value)


def test_a_place_that_cannot_be_looked_at_may_hold_a_policy_and_refuses(house) -> None:
    unseen = house.repository / ("x" * 300)
    with pytest.raises(Refused) as caught:
        load_policy({}, house.places, root=unseen, system=house.repository / "none")
    assert str(caught.value).endswith("policy.toml: cannot be read: File name too long")


def test_no_layer_at_all_is_no_policy(house) -> None:
    (house.repository / ".droidlite").write_text("a file where a folder may be")
    assert load(house) == Policy()
