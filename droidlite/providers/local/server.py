"""The child process that holds the embedded model: llama.cpp's HTTP server, on loopback, for its parent alone.

Started as `python -P -m droidlite.providers.local.server`. The first line on stdin is a JSON object (Order); the answer
is one JSON line on stdout (Ready). It ends with its stdin, so it cannot outlive the parent, however that one ends.
A process of its own because the model takes 1.4 GB and ends only when it is asked nicely: a child can be killed.
"""

import os
import sys
import threading
from typing import Any

import msgspec
from msgspec import Struct

CONTEXT = 8_192
"""Tokens of context: what the key-value cache is made for (about 230 MB)."""


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    """What to serve: `key` is what every request must carry."""

    weights: str
    key: str
    threads: int
    context: int = CONTEXT


class Ready(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the server listens, or why it does not."""

    url: str = ""
    problem: str = ""


def main() -> None:
    # llama.cpp writes to file descriptors 1 and 2 from C; only the answer may reach the parent.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        server = serve(order)
    except (ImportError, RuntimeError, OSError, ValueError) as error:
        answers.write(msgspec.json.encode(Ready(problem=f"{type(error).__name__}: {error}")) + b"\n")
        os._exit(1)
    answers.write(msgspec.json.encode(Ready(url=server.listening_address)) + b"\n")
    threading.Event().wait()


def serve(order: Order) -> Any:
    """llama.cpp's server, listening. Raises ImportError, RuntimeError."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order.weights
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order.key]
    params.offline = True
    params.verbosity = -1
    params.ui = False
    params.endpoint_slots = False
    params.n_ctx = order.context
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = 256  # a cancelled request stops after the batch it is in: about 5 s
    params.cache_ram_mib = 0  # one conversation at a time; its prefix stays in the slot
    params.n_ctx_checkpoints = 0
    params.fit_params = False
    params.warmup = False
    params.no_extra_bufts = True  # repacked weights were no faster here and take 0.6 GB and 2 s more
    _guess_repeats(params)
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = order.threads
        cpu.poll = 0  # waiting threads sleep instead of burning the other cores
    return xllamacpp.Server(params)


def _guess_repeats(params: Any) -> None:
    """Much of an answer stands in the question already: what followed the same words there is guessed and checked all
    at once. Half as fast again on answers that repeat a file (23 and 36 tokens/s on two cores), the same text."""
    import xllamacpp

    params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    looked_up = params.speculative.ngram_simple
    looked_up.size_n, looked_up.size_m, looked_up.min_hits = 6, 12, 1


def _end_with_parent() -> None:
    while os.read(0, 4_096):
        continue
    os._exit(0)


if __name__ == "__main__":
    main()
