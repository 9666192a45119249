"""What a person may set, and the settings in force here: local over project over user over defaults."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from droidlite.result import Trust
from droidlite.types import Autonomy, Effort, Endpoint, Tier

Mode = Literal["cost", "balanced", "quality"]
"""Where on the cost-quality curve auto aims."""
RouterMode = Literal["cost", "balanced", "quality", "shadow"]
"""shadow: auto chooses nothing; what it would have chosen in balanced mode is kept in the journal."""
Dollars = Annotated[float, Meta(ge=0)]


class PriceTable(Struct, frozen=True, forbid_unknown_fields=True):
    """The person's own prices, USD per million tokens. Where they give no cache price, cached input counts as input."""

    input: Dollars
    output: Dollars
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None


class ModelSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A model added to the catalog, or what to change about one in it; None leaves a value as it is. `price` is a
    table, "free", or the id genai-prices knows the model by."""

    id: Annotated[str, Meta(min_length=1)]
    provider: str | None = None
    name: str | None = None
    tier: Tier | None = None
    context: Annotated[int, Meta(ge=1024)] | None = None
    max_output: Annotated[int, Meta(ge=1)] | None = None
    images: bool | None = None
    tools: bool | None = None
    efforts: tuple[Effort, ...] | None = None
    edit: Literal["edit", "patch"] | None = None
    open_weights: bool | None = None
    price: PriceTable | str | None = None
    aliases: tuple[str, ...] | None = None


class RouterSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`reference` is the model that success and cost are held against ("" = the strongest allowed); `judge` a cheap
    model that may be asked what kind of task it is where that is uncertain ("" = nobody is asked); `reviewer`
    one that reads the diff where no check can be run ("" = nobody does).

    fallback: models that may take over, in this order, where no way to the one at work is open: those of its tier, and
    of a higher one only with fallback_stronger; never of a lower one.
    task_value_usd: what a solved task is worth, in USD (None: as `mode` says). max_switch_share: all switches of a task
    may cost at most this share of what it would cost without any. ask_before_switch: a person is asked first."""

    mode: RouterMode = "balanced"
    reference: str = ""
    judge: str = ""
    reviewer: str = ""
    fallback: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    fallback_stronger: bool = False
    task_value_usd: Dollars | None = None
    max_switch_share: Annotated[float, Meta(ge=0, le=1)] = 0.2
    ask_before_switch: bool = False


class UiSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the interactive session is on this terminal. plain: lines only, nothing is redrawn (also: --plain);
    editing: which keys the input has; bell: it rings when the session waits for a person who has not touched a key for
    a while; title: the terminal's title says what the session does."""

    plain: bool = False
    editing: Literal["emacs", "vi"] = "emacs"
    bell: bool = True
    title: bool = True


class SandboxSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What commands are held to. mode: auto takes the strongest mechanism that works here and never runs a command
    without one; off runs them as any program of yours. hosts: what they may reach through the proxy, such as "pypi.org"
    or "*.crates.io" (none = no network at all). read, write: folders they may also read or change. outside: commands
    that, once allowed, run outside the sandbox, such as "git push", or with all that may follow, "docker compose *"."""

    mode: Literal["auto", "bwrap", "landlock", "off"] = "auto"
    hosts: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    read: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    write: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    outside: tuple[Annotated[str, Meta(min_length=1)], ...] = ()


class PermissionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Rules of a tool and what of it: shell(leading words), edit(glob), read(glob), fetch(host or *.domain), or a tool
    alone for all it does. deny wins over ask, ask over allow, wherever they stand; ask holds at every autonomy, and
    refuses where nobody can be asked. Rules for shell stop what is written out, not what a script or another program
    does by itself."""

    allow: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


class SettingsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One settings file, as written. `timeout` is in seconds, `max_cost_usd` in USD per session; `stall_seconds` is how
    long a model service may make no progress before the call is tried again: where nothing is set 60, and 600 before
    the first word of an openai-chat server on this machine, which may have to read a long prompt on the CPU.
    `retry_seconds` is how long after its first failure a call may still be.
    `autonomy` is what runs without asking in an interactive session ("low" where nothing is said); `droidlite exec` and
    -p only read, whatever it says, unless --auto or --yolo is given.
    `redact` takes out of outputs and files whatever has the form of a key before the model sees it; values that are
    known to be secret are taken out in any case.
    `trust` holds pins of what a repository may bring, as `droidlite trust` shows them; where there are any, a run
    that nobody watches is refused in a repository that brings something else.
    `verify` is a command whose exit 0 means done, or "auto"; it may take `verify_seconds`, and each model gets its
    result `verify_rounds` times before the next one takes over."""

    model: Annotated[str, Meta(min_length=1)] = "auto"
    effort: Effort = ""
    router: RouterSettings = RouterSettings()
    endpoints: tuple[Endpoint, ...] = ()
    models: tuple[ModelSettings, ...] = ()
    max_cost_usd: Annotated[float, Meta(gt=0)] | None = None
    max_turns: Annotated[int, Meta(ge=1)] | None = None
    timeout: Annotated[float, Meta(gt=0, le=2_592_000)] | None = None
    stall_seconds: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    retry_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 120.0
    verify: str = ""
    verify_rounds: Annotated[int, Meta(ge=0, le=20)] = 2
    verify_seconds: Annotated[float, Meta(gt=0, le=86_400)] = 600.0
    autonomy: Autonomy | None = None
    permissions: PermissionSettings = PermissionSettings()
    sandbox: SandboxSettings = SandboxSettings()
    redact: bool = True
    aliases: dict[str, str] = {}
    trust: tuple[str, ...] = ()
    ui: UiSettings = UiSettings()


class Settings(SettingsFile, frozen=True, forbid_unknown_fields=True):
    """The settings in force. `origin` tells for every key (model, router.mode, endpoints.NAME, models.ID,
    aliases.NAME, permissions.deny.RULE) where it was set: "default" or file:line. `warnings` are whole sentences for
    the person. `unavailable` maps the name of an endpoint that cannot be used to what to do about it. `unheeded` is the
    autonomy of a person's file that a run which nobody watches does not go by, and where it stands. `trusted` tells
    whether what the repository brings is used; `memory` is (name, text) of its AGENTS.md files where it is."""

    origin: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    unavailable: dict[str, str] = field(default_factory=dict)
    unheeded: tuple[Autonomy, str] = ("off", "")
    trusted: Trust = Trust(state="nothing")
    memory: tuple[tuple[str, str], ...] = ()
