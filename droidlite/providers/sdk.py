"""Loads a vendor's SDK without the thousands of type modules its front doors import.

Both SDKs' packages re-export every type they have from their `__init__`; a request of ours needs next to none of them.
So these packages are put in place unexecuted, and each name is looked up in its own module when somebody asks for it.
What cannot be found that way makes the package run its `__init__` after all: to others it looks the same, only later.
"""

import gc
import importlib
import importlib.util
import re
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from droidlite.regex import regex

DEFERRED = regex(r"(anthropic|openai)(\.(types|resources)(\..+)?)?|anthropic\.lib\._tracing")
"""The packages that only re-export."""
CALLED_LATER = "anthropic.lib._tracing"
"""A package whose functions are found when they are called: the client imports them, calls them where OpenTelemetry is
set up, and a third of the time that Anthropic's SDK takes to load goes into the types they speak of."""
NEEDED = {
    "anthropic": ("anthropic._client", "httpcore2"),
    "openai": ("openai._client", "openai.lib._client_auth", "httpcore2"),
}
REEXPORT = regex(r"^from (\.[\w.]*) import (?:\(([^)]*)\)|(.*))$", re.MULTILINE)

_lock = threading.Lock()


def load(name: str) -> None:
    """Imports what a request through the SDK `name` ("anthropic" or "openai") needs. Safe from several threads."""
    with _lock:
        if name in sys.modules:
            return
        if not any(isinstance(finder, DeferringFinder) for finder in sys.meta_path):
            sys.meta_path.insert(0, DeferringFinder())
        collecting = gc.isenabled()
        gc.disable()  # it would walk the half-made modules again and again: a fifth of the time
        try:
            for module in NEEDED[name]:
                importlib.import_module(module)
        finally:
            if collecting:
                gc.freeze()  # the modules stay; looking at all of them once would stop every thread for 50 ms or more
                gc.enable()


class DeferringFinder(MetaPathFinder):
    """Finds the SDKs' re-exporting packages and leaves them unexecuted."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not DEFERRED.fullmatch(fullname):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.submodule_search_locations is None or spec.loader is None:
            return spec
        spec.loader = DeferringLoader(spec.loader)
        return spec


class DeferringLoader(Loader):
    """Makes a DeferredPackage; `inner` is the loader that would have run its `__init__`."""

    def __init__(self, inner: Loader) -> None:
        self.inner = inner

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return DeferredPackage(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = module.__spec__.origin if module.__spec__ else None


class DeferredPackage(ModuleType):
    """A package whose `__init__` has not run; its names are found one by one, or by running it."""

    def __getattr__(self, name: str) -> Any:
        if not isinstance(self.__loader__, DeferringLoader):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        places: dict[str, tuple[str, str]] | None = self.__dict__.get("_places")
        if places is None:
            places = self.__dict__["_places"] = _read_places(self.__loader__.inner, self.__name__)
        if name.startswith("__") and name not in places and name != "__all__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if name not in places:
            return self._submodule_or_run(name)
        module, attribute = places[name]
        if module == ".":
            return importlib.import_module(f".{attribute}", self.__name__)
        if self.__name__ == CALLED_LATER and attribute.islower():
            return _later(module, self.__name__, attribute)
        value = getattr(importlib.import_module(module, self.__name__), attribute)
        setattr(self, name, value)
        return value

    def _submodule_or_run(self, name: str) -> Any:
        full = f"{self.__name__}.{name}"
        if name != "__all__" and importlib.util.find_spec(full) is not None:
            return importlib.import_module(full)
        loader = self.__loader__
        assert isinstance(loader, DeferringLoader)
        self.__loader__ = loader.inner
        loader.inner.exec_module(self)
        return getattr(self, name)


def _later(module: str, package: str, name: str) -> Callable[..., Any]:
    """A function in place of one that is found in its module when it is called."""

    def call(*given: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(module, package), name)(*given, **named)

    return call


def _read_places(loader: Loader, package: str) -> dict[str, tuple[str, str]]:
    """Public name -> (relative module, name there), read from the source of a package's `__init__`."""
    source = loader.get_source(package) or ""  # type: ignore[attr-defined]
    places: dict[str, tuple[str, str]] = {}
    for module, many, one in REEXPORT.findall(source):
        for part in (many or one).split(","):
            words = part.split("#")[0].split()
            if words:
                places[words[-1]] = (module, words[0])
    return places
