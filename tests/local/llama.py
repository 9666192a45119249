"""A llama.cpp server on loopback that says what a test wrote down for it, in chunks as the true one sends them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import Struct

from droidlite.types import Endpoint

KEY = "llama-key"


class Says(Struct, frozen=True):
    """One answer: `text`, `lines` where a change by lines is asked for, `hole` where a line left out is. `finish` "" =
    the stream ends without a word about why; `status` other than 200 = refused with `text` as the body; `error` = told
    within the stream; `held` = sends the text, then waits to be cut off."""

    text: str = ""
    lines: str = ""
    hole: str = ""
    finish: str = "stop"
    status: int = 200
    error: str = ""
    held: bool = False


class Llama:
    """A context manager. `asked` holds the JSON of every request; the answers come in turn, the last one again."""

    def __init__(self, *answers: Says) -> None:
        self.answers = answers
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.closing = threading.Event()
        llama = self

        class Connection(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                llama.keys.append(self.headers.get("Authorization"))
                llama.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                answer = llama.answers[min(len(llama.asked), len(llama.answers)) - 1]
                self.send_response(answer.status)
                self.end_headers()
                if answer.status != 200:
                    self.wfile.write(answer.text.encode())
                    return
                for chunk in _chunks(answer, llama.asked[-1]):
                    self.wfile.write(b"data: " + chunk + b"\n\n")
                    self.wfile.flush()
                if answer.held:
                    llama.closing.wait()

            def log_message(self, *arguments: object) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Connection)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def endpoint(self) -> Endpoint:
        url = f"http://127.0.0.1:{self._server.server_port}"
        return Endpoint(name="llama", protocol="local", base_url=url, api_key=KEY)

    @property
    def questions(self) -> list[str]:
        """The last message of every request."""
        return [asked["messages"][-1]["content"] for asked in self.asked]

    def __enter__(self) -> "Llama":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _chunks(answer: Says, asked: dict[str, Any]) -> list[bytes]:
    grammar = asked.get("grammar", "")
    text = answer.lines if answer.lines and "old ::=" in grammar else answer.text
    text = answer.hole if answer.hole and "(line line?)?" in grammar else text
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    rows: list[dict[str, Any]] = [{"choices": [{"delta": {"role": "assistant", "content": None}}]}]
    rows += [{"choices": [{"delta": {"content": piece}, "finish_reason": None}]} for piece in pieces]
    if answer.error:
        rows.append({"error": {"message": answer.error}})
    if answer.held or not answer.finish:
        return [json.dumps(row).encode() for row in rows]
    timings = {"cache_n": 5, "prompt_n": 30, "predicted_n": 10}
    rows.append({"choices": [{"delta": {}, "finish_reason": answer.finish}], "timings": timings})
    return [*(json.dumps(row).encode() for row in rows), b"[DONE]"]
