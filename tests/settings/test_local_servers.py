"""Finding model servers on this machine, against real loopback servers."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from droidlite.settings.local_servers import discover_local
from droidlite.types import Endpoint, ModelSpec

TAGS = {"models": [{"name": "qwen3:8b"}, {"name": "gpt-oss:120b-cloud"}, {"size": 3}]}
LLAMA = {"object": "list", "data": [{"id": "model.gguf", "owned_by": "llamacpp"}]}
PROPS = {"default_generation_settings": {"n_ctx": 16384}}
VLLM = {"data": [{"id": "org/model", "owned_by": "vllm", "max_model_len": 131072}]}


@contextmanager
def serving(routes: dict[str, object]) -> Iterator[str]:
    """A loopback server that answers these paths with JSON (or, given bytes, with those)."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = routes.get(self.path)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def closed_port() -> str:
    """An address nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def local(server: str, name: str, context: int, max_output: int = 4096) -> ModelSpec:
    return ModelSpec(
        id=f"{server}/{name}",
        provider=server,
        name=name,
        tier="local",
        context=context,
        max_output=max_output,
        open_weights=True,
        price="free",
    )


def test_nothing_runs() -> None:
    assert discover_local({"OLLAMA_HOST": closed_port()}, servers=(closed_port(),)) == ((), ())


def test_all_three_kinds() -> None:
    with (
        serving({"/api/tags": TAGS}) as ollama,
        serving({"/v1/models": LLAMA, "/props": PROPS}) as llama,
        serving({"/v1/models": VLLM}) as vllm,
    ):
        endpoints, models = discover_local({"OLLAMA_HOST": ollama}, servers=(llama, vllm), timeout=5)
    assert endpoints == (
        Endpoint(name="ollama", protocol="openai-chat", base_url=f"{ollama}/v1", models=("ollama/*",)),
        Endpoint(name="llamacpp", protocol="openai-chat", base_url=f"{llama}/v1", models=("llamacpp/*",)),
        Endpoint(name="vllm", protocol="openai-chat", base_url=f"{vllm}/v1", models=("vllm/*",)),
    )
    assert models == (
        local("ollama", "qwen3:8b", 8192, 2048),
        ModelSpec(
            id="ollama/gpt-oss:120b-cloud",
            provider="ollama",
            name="gpt-oss:120b-cloud",
            tier="local",
            context=8192,
            max_output=2048,
        ),
        local("llamacpp", "model.gguf", 16384),
        local("vllm", "org/model", 131072),
    )


def test_ollama_with_a_larger_context() -> None:
    with serving({"/api/tags": {"models": [{"name": "a"}]}}) as ollama:
        env = {"OLLAMA_HOST": ollama, "OLLAMA_CONTEXT_LENGTH": "65536"}
        assert discover_local(env, servers=(), timeout=5)[1] == (local("ollama", "a", 65_536),)


def test_a_server_of_another_kind_is_named_local_once() -> None:
    with (
        serving({"/v1/models": {"data": [{"id": "a"}]}}) as first,
        serving({"/v1/models": {"data": [{"id": "b"}]}}) as second,
    ):
        found = discover_local({"OLLAMA_HOST": closed_port()}, servers=(first, second), timeout=5)
    assert found == (
        (Endpoint(name="local", protocol="openai-chat", base_url=f"{first}/v1", models=("local/*",)),),
        (local("local", "a", 8192, 2048),),
    )


def test_what_does_not_answer_as_expected_is_not_there() -> None:
    with serving({"/api/tags": b"<html>", "/v1/models": [1, 2]}) as odd, serving({"/v1/models": {"data": 3}}) as odder:
        assert discover_local({"OLLAMA_HOST": odd}, servers=(odd, odder), timeout=5) == ((), ())


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert discover_local({"OLLAMA_HOST": url}, servers=(), timeout=0.05) == ((), ())
