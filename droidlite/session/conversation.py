"""Keeps the conversation of a fold valid: one result for every call, in order, through kills, damage and rewinds."""

from collections.abc import Iterable, Sequence
from copy import copy

from msgspec import Struct
from msgspec.structs import replace

from droidlite.session.records import PutBack, Rewound, Said, Saved, Unsaid
from droidlite.types import Assistant, Message, ToolResult, ToolResults, User

OUTCOME_UNKNOWN = "Interrupted: it was started and its outcome is unknown. Check before doing it again."
NOT_RUN = "Not run: the session was interrupted before it."
UNREADABLE = "(What was said here could not be read back.)"
HOST_SAYS = "droidlite told the model"
"""Heads what stands in a conversation as a user message and is not the person's."""


class Turn(Struct, frozen=True):
    """One prompt and all that was done for it. `text` is its first line, `seq` the number of its record, `prompt` all
    that was said, `typed` the command of ours it was said for ("" = none). `commands` are the shell commands that ran
    for it and may have changed files which a rewind does not bring back."""

    number: int
    text: str
    seq: int
    prompt: str = ""
    commands: tuple[str, ...] = ()
    typed: str = ""

    @property
    def shown(self) -> str:
        """What the person typed."""
        return self.typed or self.prompt


class Pending:
    """The calls of the last reply and the results they have so far."""

    def __init__(self, reply: Assistant) -> None:
        self._calls = reply.calls
        self._results: list[ToolResult | None] = [None] * len(reply.calls)
        self._started: set[str] = set()

    def start(self, call_id: str) -> None:
        self._started.add(call_id)

    def finish(self, result: ToolResult) -> None:
        """Keeps the first result of a call; a second one, or one for a call nobody made, is ignored."""
        for place, call in enumerate(self._calls):
            if call.id == result.call_id and self._results[place] is None:
                self._results[place] = result
                return

    def made_up(self) -> tuple[ToolResult, ...]:
        return tuple(result for result, known in zip(self.all(), self._results, strict=True) if known is None)

    def all(self) -> tuple[ToolResult, ...]:
        return tuple(
            result or ToolResult(call.id, OUTCOME_UNKNOWN if call.id in self._started else NOT_RUN, is_error=True)
            for call, result in zip(self._calls, self._results, strict=True)
        )


class Conversation:
    """Messages, turns and saved files, which a rewind takes back together.

    `messages` lists only ever grow: a rewind or compaction starts a new list, so that a mark (list, length) can bring
    any earlier state back.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.turns: list[Turn] = []
        self.saved: list[Saved] = []
        self.left: dict[str, str] = {}
        self.damaged = False
        self.parted: Unsaid | PutBack | None = None
        self._marks: list[tuple[list[Message], int]] = []
        self._pending: Pending | None = None
        self._before_rewind: Conversation | None = None

    def say(self, n: int, said: Said) -> None:
        self._close()
        self._before_rewind = self.parted = None
        if not said.host:
            text = first_line(said.typed or said.user.text)
            self.turns.append(Turn(len(self.turns) + 1, text, n, said.user.text, typed=said.typed))
            self._marks.append((self.messages, len(self.messages)))
        self.messages.append(said.user)

    def reply(self, assistant: Assistant) -> None:
        self._close()
        if (not self.messages or self.damaged) and not _awaits_reply(self.messages):
            self.messages.append(User(UNREADABLE))
        self.damaged = False
        self.messages.append(assistant)
        self._pending = Pending(assistant) if assistant.calls else None

    def start(self, call_id: str, command: str = "") -> None:
        if self._pending:
            self._pending.start(call_id)
        if command and self.turns:
            turn = self.turns[-1]
            self.turns = [*self.turns[:-1], replace(turn, commands=(*turn.commands, command))]

    def finish(self, result: ToolResult) -> None:
        if self._pending:
            self._pending.finish(result)

    def replace(self, messages: Iterable[Message]) -> None:
        """A compaction: these are all the messages now."""
        self.messages = list(messages)
        last = self.messages[-1] if self.messages else None
        self._pending = Pending(last) if isinstance(last, Assistant) and last.calls else None

    def save(self, saved: Saved) -> None:
        self.saved.append(saved)
        self.left.pop(saved.path, None)

    def rewind(self, rewound: Rewound) -> None:
        """Back to the start of a turn; a turn that is not in the conversation changes nothing."""
        if not self._begins(rewound.to_turn):
            return
        self._cut(rewound.to_turn)
        self._files_back(rewound.to_turn)

    def unsay(self, unsaid: Unsaid) -> None:
        """The same of the conversation alone."""
        if not self._begins(unsaid.to_turn):
            return
        self._cut(unsaid.to_turn)
        self.saved = done_before(self.saved, unsaid.to_turn)
        self.parted = unsaid

    def put_back(self, back: PutBack) -> None:
        """The same of the files alone."""
        if not self._begins(back.to_turn):
            return
        self._files_back(back.to_turn)
        self.parted = back

    def _begins(self, turn: int) -> bool:
        """Whether there is such a turn to go back to; then all is kept as it is, to be taken back."""
        there = 1 <= turn <= len(self.turns)
        if there:
            self._before_rewind = copy(self)
        return there

    def _cut(self, turn: int) -> None:
        messages, length = self._marks[turn - 1]
        self.messages = messages[:length]
        self.turns, self._marks = self.turns[: turn - 1], self._marks[: turn - 1]
        self._pending = None

    def _files_back(self, turn: int) -> None:
        undone = [saved for saved in self.saved if saved.turn >= turn]
        self.saved = [saved for saved in self.saved if saved.turn < turn]
        self.left = self.left | {saved.path: saved.blob or "" for saved in reversed(undone) if not saved.skipped}

    def undo(self) -> None:
        """Takes the last rewind back, if nothing was said since."""
        if self._before_rewind:
            self.__dict__.update(self._before_rewind.__dict__)

    def sendable(self) -> tuple[tuple[Message, ...], tuple[ToolResult, ...]]:
        """The messages with every call answered, and those answers that had to be made up."""
        if not self._pending:
            return tuple(self.messages), ()
        return (*self.messages, ToolResults(self._pending.all())), self._pending.made_up()

    def _close(self) -> None:
        if self._pending:
            self.messages.append(ToolResults(self._pending.all()))
            self._pending = None


def done_before(saved: list[Saved], turn: int) -> list[Saved]:
    """The saves of turn `turn` and later as those of the turn before it (0 = before the first)."""
    return [one if one.turn < turn else replace(one, turn=turn - 1) for one in saved]


def said_by_the_person(messages: Sequence[Message], turns: Sequence[Turn]) -> dict[int, Turn]:
    """Where the person's prompts stand, and of which turn each is: matched from the newest, since a compaction takes
    away the oldest."""
    left = list(turns)
    found: dict[int, Turn] = {}
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        if left and isinstance(message, User) and message.text == left[-1].prompt:
            found[place] = left.pop()
    return found


def first_line(text: str, limit: int = 120) -> str:
    """The first line that says something, cut to `limit` characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _awaits_reply(messages: list[Message]) -> bool:
    return bool(messages) and not isinstance(messages[-1], Assistant)
