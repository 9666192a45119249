"""What takes long to load waits for the first prompt where a person waits for it, and for nothing elsewhere."""

import threading
from pathlib import Path

import pytest
from binary import configure, endpoint_settings

from droidlite import providers
from droidlite.app.options import Options
from droidlite.app.setup import read_setup
from droidlite.app.ways import Ways
from droidlite.types import Endpoint

ENDPOINT = Endpoint(name="loop", protocol="anthropic", base_url="http://127.0.0.1:9", api_key="k")


@pytest.mark.parametrize(("patient", "before"), [(False, ["anthropic"]), (True, [])])
def test_a_patient_way_is_loaded_when_it_is_told_to(
    patient: bool, before: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(providers, "warm", lambda protocol, url: loaded.append(protocol))
    configure(endpoint_settings(ENDPOINT))
    setup = read_setup(tmp_path, options=Options(cwd=tmp_path), discover=False)
    ways = Ways(setup, patient=patient)
    ways.open(setup.catalog["claude-opus-4-8"], setup.endpoint("loop"))
    settle()
    assert loaded == before
    ways.warm()
    settle()
    assert loaded == ["anthropic"]


def settle() -> None:
    """Waits for the threads there are."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and "warm" in thread.name:
            thread.join(60)
