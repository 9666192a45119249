"""What is blanked out wherever text leaves the program."""

import pytest

from droidlite.settings.secrets import is_secret_name, secrets
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


@pytest.mark.parametrize("name", ["XAI_API_KEY", "Z_AI_API_KEY", "aws_secret_access_key", "TOKEN", "NPM_TOKEN"])
def test_names_that_say_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["PATH", "TOKENIZERS_PARALLELISM", "SSH_AUTH_SOCK", "KEY_FILE"])
def test_names_that_do_not(name: str) -> None:
    assert not is_secret_name(name)
