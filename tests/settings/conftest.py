"""A person's folders and a repository, for the settings tests."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from droidlite.errors import SettingsError
from droidlite.settings.config import Settings
from droidlite.settings.loading import load_settings
from droidlite.settings.paths import Places
from droidlite.settings.trusting import Agreed


class House(Struct):
    """`user`, `project` and `local` write a settings file; `load` reads them all."""

    places: Places
    repository: Path

    @property
    def user_file(self) -> Path:
        return self.places.config / "config.toml"

    @property
    def project_file(self) -> Path:
        return self.repository / ".droidlite" / "config.toml"

    @property
    def local_file(self) -> Path:
        return self.repository / ".droidlite" / "config.local.toml"

    def user(self, text: str) -> None:
        write(self.user_file, text)

    def project(self, text: str) -> None:
        write(self.project_file, text)

    def local(self, text: str) -> None:
        write(self.local_file, text)

    def load(self, env: Mapping[str, str] | None = None, *, trust: str = "") -> Settings:
        """`trust` is what --trust says."""
        return load_settings(self.repository, env or {}, self.places, agreed=Agreed(given=trust))

    def sentence(self, env: Mapping[str, str] | None = None, *, trust: str = "") -> str:
        """What a person reads when loading fails, with our folders' names shortened."""
        with pytest.raises(SettingsError) as caught:
            self.load(env, trust=trust)
        return self.short(str(caught.value))

    def short(self, text: str) -> str:
        names = {self.user_file: "USER", self.project_file: "PROJECT", self.local_file: "LOCAL"}
        for path, name in names.items():
            text = text.replace(str(path), name)
        return text


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path) -> House:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    places = Places(tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    return House(places=places, repository=repository)
