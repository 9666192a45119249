"""How Bedrock frames the events of the Messages API: AWS's binary event stream, with the checksums its clients hold it
to (https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream)."""

import base64
import json
import struct
from zlib import crc32

from loopback_replies import Framing

STRING = 7
"""The type of a header's value; Bedrock sends no other."""


def message(headers: dict[str, str], payload: bytes) -> bytes:
    """One message: a prelude of both lengths with its checksum, headers, payload, and the checksum of it all."""
    written = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", STRING, len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack("!II", 16 + len(written) + len(payload), len(written))
    body = prelude + struct.pack("!I", crc32(prelude)) + written + payload
    return body + struct.pack("!I", crc32(body))


def failure(kind: str, said: str) -> bytes:
    """An exception in place of an event, such as throttlingException."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return message(headers, json.dumps({"message": said}).encode())


def frame(event: bytes) -> bytes:
    """A server-sent event as a chunk; `p` is what Bedrock pads it with."""
    name, _, data = event.decode().strip().partition("\ndata: ")
    if name == "event: error":
        error = json.loads(data)["error"]
        return failure(error["type"], error.get("message", ""))
    headers = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}
    payload = {"bytes": base64.b64encode(data.encode()).decode(), "p": "abcdefgh"}
    return message(headers, json.dumps(payload).encode())


BEDROCK = Framing("application/vnd.amazon.eventstream", frame)
