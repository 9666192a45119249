"""The models a task could be done on here, with a price, and what the router says of each: for figures only."""

from msgspec import structs

from droidlite.app.routing import PRIORS, load_evidence
from droidlite.app.setup import Setup
from droidlite.routing.features import Features
from droidlite.routing.planning import Choice
from droidlite.routing.router import ROOM_TOKENS, Asked, choose
from droidlite.settings.catalog import SCRIPTED
from droidlite.types import ModelSpec


class Pool:
    """`specs` are the models that policy allows, that can run here and whose price is known, in the catalog's order;
    `trouble` is what is wrong with the evidence, in one sentence ("" = nothing)."""

    def __init__(self, setup: Setup) -> None:
        self._usable = [
            candidate
            for candidate in setup.candidates(priced=True)
            if not candidate.why_not
            and candidate.input_price is not None
            and candidate.spec.provider != SCRIPTED
            and candidate.spec.tools
            and candidate.spec.context >= ROOM_TOKENS
        ]
        self.specs: dict[str, ModelSpec] = {candidate.spec.id: candidate.spec for candidate in self._usable}
        evidence, self.trouble = load_evidence(PRIORS)
        self._asked = Asked(
            features=Features(),
            candidates=self._usable,
            reference=setup.settings.router.reference,
            public=evidence,
        )
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
