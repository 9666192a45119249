"""How much an endpoint takes in a minute: what the settings say, and what its answers tell of what is left."""

from collections import deque

from droidlite.reliability.allowance import Allowance

MINUTE = 60.0
TENTH = 0.1
"""Limits fill up all the time: with no token left, a tenth of the way to full is waited for."""


class Limits:
    """`tpm` and `rpm` are tokens and requests a minute (0 = not known). Every method takes `now`, in seconds. What is
    read from the cache counts as nothing, as with the services themselves."""

    def __init__(self, *, tpm: int = 0, rpm: int = 0) -> None:
        self.tpm, self.rpm = tpm, rpm
        self.allowance: Allowance | None = None
        self._told_at = 0.0
        self._requests: deque[float] = deque()
        self._tokens: deque[tuple[float, int]] = deque()

    def ready_in(self, now: float) -> float:
        """Seconds until another request fits; 0 = now."""
        self._forget(now)
        wait = 0.0
        if self.rpm and len(self._requests) >= self.rpm:
            wait = self._requests[-self.rpm] + MINUTE - now
        left = sum(tokens for _, tokens in self._tokens)
        if self.tpm and left >= self.tpm:
            for at, tokens in self._tokens:
                left -= tokens
                if left < self.tpm:
                    wait = max(wait, at + MINUTE - now)
                    break
        return max(wait, self._told(now))

    def send(self, now: float) -> None:
        self._requests.append(now)

    def use(self, now: float, tokens: int) -> None:
        if tokens:
            self._tokens.append((now, tokens))

    def learn(self, now: float, allowance: Allowance) -> None:
        """What the newest answer said; it holds until the next one."""
        self.allowance, self._told_at = allowance, now

    def _told(self, now: float) -> float:
        allowance = self.allowance
        if allowance is None:
            return 0.0
        wait = 0.0
        if allowance.requests_left == 0 and allowance.requests_reset is not None:
            wait = allowance.requests_reset / max(allowance.requests or 1, 1)
        if allowance.tokens_left == 0 and allowance.tokens_reset is not None:
            wait = max(wait, allowance.tokens_reset * TENTH)
        return max(self._told_at + wait - now, 0.0)

    def _forget(self, now: float) -> None:
        while self._requests and self._requests[0] <= now - MINUTE:
            self._requests.popleft()
        while self._tokens and self._tokens[0][0] <= now - MINUTE:
            self._tokens.popleft()
