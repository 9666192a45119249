"""The models a task could be done on here, with a price, and what the router says of each: for figures only."""

from msgspec import structs

from droidlite.app.routing import PRIORS, load_evidence
from droidlite.app.setup import Setup
from droidlite.routing.features import Features
from droidlite.routing.planning import Choice
from droidlite.routing.router import Asked, choose, usable_of
from droidlite.settings.catalog import SCRIPTED
from droidlite.types import ModelSpec


class Pool:
    """`specs` are the models that policy allows, that can run here and whose price is known, in the catalog's order;
    `trouble` is what is wrong with the evidence, in one sentence ("" = nothing). The person's own outcomes are left
    out: they are what the figures are about; a router that knew them would be judged by what it was told."""

    def __init__(self, setup: Setup) -> None:
        real = [candidate for candidate in setup.candidates(priced=True) if candidate.spec.provider != SCRIPTED]
        evidence, self.trouble = load_evidence(PRIORS)
        self._asked = Asked(
            features=Features(), candidates=real, reference=setup.settings.router.reference, public=evidence
        )
        self._usable = [candidate for candidate in usable_of(self._asked)[0] if candidate.input_price is not None]
        self.specs: dict[str, ModelSpec] = {candidate.spec.id: candidate.spec for candidate in self._usable}
        self._choices: dict[tuple[str, bool], Choice] = {}

    def choice(self, kind: str = "other", *, verified: bool = False) -> Choice:
        """What auto would choose in balanced mode for a task of `kind`. Raises ValueError where the pool is empty."""
        if (kind, verified) not in self._choices:
            features = Features(kind=kind, confidence=1.0, verified=verified)
            self._choices[kind, verified] = choose(structs.replace(self._asked, features=features), self._usable)
        return self._choices[kind, verified]

    def chances(self, kind: str = "other") -> dict[str, float]:
        """The chance that each model alone solves a task of `kind`."""
        if not self._usable:
            return {}
        return {model: plan.chain.success for model, plan in self.choice(kind).singles.items()}

    @property
    def evidence(self) -> str:
        """Its version."""
        return self._asked.public.version

    def reference(self) -> ModelSpec | None:
        """The strongest model that may be used; None where there is none with a price."""
        return self.specs[self.choice().reference] if self._usable else None
