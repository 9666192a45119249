"""Turns everything a model service or the network can do wrong into one ProviderError with one clear sentence."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from droidlite.errors import Fault, ProviderError, Retry
from droidlite.providers.classifying import classify, is_nowhere, read_error, read_json, retry_after
from droidlite.providers.reaching import REACHED, Obstacle, Reached, find_obstacle, reason_of, refused, silent, unmade
from droidlite.regex import regex
from droidlite.secrecy import SHORTEST
from droidlite.types import Endpoint

KEY_LIKE = regex(
    r"(?i:bearer\s+|basic\s+)[\w.~+/=-]{8,}|\b(?:sk|pk|rk|key|gsk|xai|ghp|gho|hf|AIza|AKIA)[-_]?[A-Za-z0-9][\w-]{11,}"
)
RETRIES: dict[Fault, Retry] = {
    "rate_limit": "same",
    "overloaded": "same",
    "server": "same",
    "network": "same",
    "stalled": "same",
    "incomplete": "same",
    "malformed": "same",
    "empty": "same",
    "auth": "other",
    "quota": "other",
    "model": "other",
    "context": "never",
    "refusal": "never",
    "invalid": "never",
}
SENTENCES: dict[Fault, str] = {
    "rate_limit": "{who} limits the rate of requests{wait}; wait, or use another endpoint or model.",
    "overloaded": "{who} is overloaded; try again in a moment, or use another endpoint or model.",
    "server": "{who} failed with {status}; try again in a moment, or use another endpoint or model.",
    "auth": "{who} refused the API key ({status}); check the key and its permissions in your settings.",
    "quota": "{who} says the account is out of credit or quota; add credit, or use another endpoint or model.",
    "model": "{who} does not know model {model}; check the model name and the endpoint's base_url and protocol.",
    "context": "The conversation does not fit the context of {model} at {who}; compact it or use a larger model.",
    "refusal": "{model} at {who} refused this request on policy grounds; change the request.",
    "invalid": "{who} rejected the request ({status}); the request must change.",
    "stalled": "{who} stopped answering{why}; try again, or use another endpoint or model.",
    "incomplete": "{who} ended its answer before it was complete; try again.",
    "malformed": "{who} answered with something that is not its protocol{why}; check the endpoint's base_url and "
    "protocol.",
    "empty": "{model} at {who} answered with neither text nor a tool call; try again.",
    "network": "{who}: the connection failed{why}; try again, or check the network and the endpoint's base_url.",
}
OWN: frozenset[Fault] = frozenset({"stalled", "malformed", "network"})
"""Faults that no service tells of: why we think so is part of our sentence."""
NOT_HERE = "{who} has nothing there that speaks {protocol} ({status}); check the endpoint's base_url and protocol."
WEB_PAGE = "{who} answered with a web page, as sign-in pages and proxies do; sign in to the network, or check base_url."
"""Said of a 404 that is not about the model, and of a page where a stream was asked for."""


class BadStatus(Exception):
    """An HTTP answer that is no success, before any SDK made up its mind about it."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.headers, self.body = status, headers, body


UNSENDABLE = frozenset({"LocalProtocolError", "UnsupportedProtocol", "InvalidURL"})
"""Exceptions of the HTTP libraries that mean that a request could not even be written down."""
UNREADABLE = frozenset(
    {"JSONDecodeError", "DecodeError", "ValidationError", "UnicodeDecodeError", "DecodingError", "TooLarge"}
    | {"ChecksumMismatch", "DuplicateHeader", "InvalidHeadersLength", "InvalidPayloadLength", "ResponseParserError"}
)
"""Exceptions that mean an answer in another language than the protocol's."""


class Faults:
    """Words errors for one endpoint and one model. Every method returns the ProviderError to raise."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self.endpoint, self.model = endpoint, model

    def make(
        self,
        fault: Fault,
        detail: str = "",
        *,
        status: int = 0,
        retry_after: float | None = None,
        final: bool = False,
        sentence: str = "",
    ) -> ProviderError:
        """`detail` is the service's own words, shown after ours, or what we found (OWN); `final` turns "same" into
        "other"; `sentence` is said in place of the fault's."""
        retry = RETRIES[fault]
        if final and retry == "same":
            retry = "other"
        told = self.scrub(detail)
        sentence = (sentence or SENTENCES[fault]).format(
            who=self._who(),
            protocol=self.endpoint.protocol,
            model=self.model,
            status=f"HTTP {status}" if status >= 300 else "an error",
            wait=f" for {retry_after:g} s" if retry_after else "",
            why=f" ({told.rstrip('.')})" if told else "",
        )
        message = f"{sentence} It said: {told}" if told and fault not in OWN else sentence
        return ProviderError(message, fault=fault, retry=retry, status=status, retry_after=retry_after)

    def from_status(self, bad: BadStatus) -> ProviderError:
        """The error for an HTTP status, read from the body and the headers of both vendors and their imitators."""
        if 300 <= bad.status < 400:
            target = self.scrub(bad.headers.get("location", "")) or "elsewhere"
            told = f"{self._who()} redirects to {target} (HTTP {bad.status}), where no key is sent; check base_url."
            return ProviderError(told, fault="invalid", retry="other", status=bad.status)
        return self.from_body(read_json(bad.body), status=bad.status, headers=bad.headers)

    def from_body(
        self, body: object, *, status: int = 0, headers: Mapping[str, str] | None = None, text: str = ""
    ) -> ProviderError:
        """The error for an error object, sent as a body or inside a stream that had begun well (`status` 200)."""
        codes, message = read_error(body)
        numbers = [int(code) for code in codes if code.isdigit()]
        fault = classify(numbers[0] if status in (0, 200) and numbers else status, codes, message or text)
        headers = headers or {}
        return self.make(
            fault,
            message or text,
            status=status,
            retry_after=retry_after(headers) if fault in ("rate_limit", "overloaded", "server") else None,
            final=headers.get("x-should-retry", "").lower() == "false",
            sentence=NOT_HERE if fault == "model" and is_nowhere(status, codes, message) else "",
        )

    def from_exception(self, error: BaseException, reached: Reached = REACHED) -> ProviderError:
        """The error for whatever an SDK, its HTTP library or a socket raised when a request had come as far as
        `reached`."""
        chain = list(_chain(error))
        for cause in chain:
            match cause:
                case ProviderError():
                    return cause
                case BadStatus(status=407):
                    return self._unreached(refused(407, self._who(), reached))
                case BadStatus():
                    return self.from_status(cause)
        if (obstacle := find_obstacle(chain, self._who(), reached, self.scrub)) is not None:
            return self._unreached(obstacle)
        if not reached.made and self.endpoint.kind in ("bedrock", "vertex"):
            told = unmade(chain, self._who(), self.endpoint.kind, self.scrub)
            return ProviderError(told, fault="auth", retry="other", sent=False)
        names = {type(cause).__name__ for cause in chain}
        if names & {"ReadTimeout", "WriteTimeout"}:
            return self.make("stalled")
        if names & UNREADABLE:
            return self.make("malformed", str(chain[-1]))
        if names & UNSENDABLE:
            told = f"{self._who()} can be sent nothing ({self.scrub(reason_of(chain[-1]))}); check base_url and key."
            return self._unreached(Obstacle(told, passes=False))
        made = self.make("network", reason_of(chain[-1]))
        made.sent = reached.whole
        return made

    def unfinished(self, *, foreign: bool) -> ProviderError:
        """The error for a stream that ended early; `foreign`: nothing in it was of the protocol."""
        return self.make("malformed", "events of another protocol") if foreign else self.make("incomplete")

    def stalled(self, limit: float, reached: Reached) -> ProviderError:
        """The error for no progress within `limit` seconds."""
        told = f"no progress for {limit:g} s"
        if reached.proxy and not reached.whole:
            return self._unreached(silent(told, self._who(), reached))
        made = self.make("stalled", told)
        made.sent = reached.whole
        return made

    def _unreached(self, obstacle: Obstacle) -> ProviderError:
        retry: Retry = "same" if obstacle.passes else "other"
        return ProviderError(obstacle.told, fault="network", retry=retry, sent=False, lasting=not obstacle.passes)

    def scrub(self, text: str) -> str:
        """One line of at most 300 characters without control characters, the endpoint's key or anything like a key."""
        if len(self.endpoint.api_key) >= SHORTEST:  # what local servers are given in place of one is a common word
            text = text.replace(self.endpoint.api_key, "[key]")
        text = KEY_LIKE.sub("[key]", text)
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text if len(text) <= 300 else text[:299] + "…"

    def _who(self) -> str:
        try:
            host = urlsplit(self.endpoint.base_url).hostname
        except ValueError:  # said of it elsewhere
            host = ""
        return f"Endpoint {self.endpoint.name} ({host})" if host else f"Endpoint {self.endpoint.name}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
