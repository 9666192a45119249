"""What is blanked out wherever text leaves the program."""

from pathlib import Path

from droidlite.settings.secrets import secrets
from droidlite.types import Endpoint

BOX = Endpoint(name="box", protocol="openai-chat", base_url="http://box/v1", api_key="box-key-123")
OPEN = Endpoint(name="open", protocol="openai-chat", base_url="http://open/v1")
ENV = {
    "PATH": "/usr/bin",
    "HOME": "/home/me",
    "KEYBOARD": "qwerty-layout",
    "ANTHROPIC_API_KEY": "sk-ant-123456",
    "GITHUB_TOKEN": "ghp_12345678",
    "DB_PASSWORD": "short",
}


def test_keys_of_endpoints_and_of_the_environment_are_known() -> None:
    assert secrets([BOX, OPEN], ENV) == {"box-key-123", "sk-ant-123456", "ghp_12345678"}


def test_the_name_of_a_file_is_no_secret(tmp_path: Path) -> None:
    there = tmp_path / "key.json"
    there.touch()
    env = {"GOOGLE_APPLICATION_CREDENTIALS": str(there), "HOUSE_KEY": "/no/such/file/but/a/key"}
    assert secrets([], env) == {"/no/such/file/but/a/key"}


def test_a_secret_is_known_without_the_blanks_around_it() -> None:
    env = {"DEPLOY_TOKEN": "  correct-horse\n"}
    assert secrets([], env) == {"  correct-horse\n", "correct-horse"}
