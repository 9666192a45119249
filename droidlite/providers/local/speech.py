"""The steps the model itself takes: each asks it once or a few times and ends in one whole reply."""

from collections.abc import Callable, Generator, Sequence
from typing import Any

import msgspec

from droidlite.cancellation import Cancellation
from droidlite.providers.local import wording
from droidlite.providers.local.client import Answer, Ask, ask
from droidlite.providers.local.episode import MOST_WORK, Finish, ProposeChange, Situation, put_back
from droidlite.providers.local.grammar import choice_grammar, command_grammar, path_grammar
from droidlite.providers.local.history import work_of
from droidlite.providers.local.prompting import around
from droidlite.providers.local.prompting import ask as prompt
from droidlite.providers.local.proposing import Useless, questions, read_answer
from droidlite.providers.local.runtime import Address
from droidlite.types import Assistant, Call, Delta, Text, Thought, Usage, add_usage

Steps = Generator[Delta, None, Assistant]
_NEW_FILE = "(a new file)"


class Speech:
    """What the model says in one reply. `usage` is counted by the server, over all the times it was asked; `asked` is
    how often that was for a change."""

    def __init__(
        self, address: Callable[[], Address], now: Situation, max_tokens: int, cancellation: Cancellation
    ) -> None:
        self._address, self._now, self._cancellation = address, now, cancellation
        self._max_tokens = max_tokens
        self._usage = Usage()
        self.asked = 0

    def answer(self) -> Steps:
        """A question, answered in words."""
        question = prompt("question", task=self._now.task.text, others=around(self._now, ""))
        answer = yield from self._ask(Ask(messages=question, max_tokens=self._max_tokens), Text)
        return self._reply(answer.text.strip() or "I have no answer to this.")

    def command(self, files: Sequence[str]) -> Steps:
        """One shell command."""
        yield Thought("Thinking of a command.")
        question = prompt("command", task=self._now.task.text, files=", ".join(files) or "none")
        answer = yield from self._ask(Ask(messages=question, grammar=command_grammar(), max_tokens=200))
        try:
            command = msgspec.json.decode(answer.text, type=dict[str, str]).get("command", "").strip()
        except msgspec.DecodeError:
            command = ""
        if not command:
            return self._reply("I could not think of a command for this.")
        return self._reply("", ("shell", {"command": command}))

    def choose(self, files: Sequence[str]) -> Steps:
        """Which file to change: it is read next, and a new one is then found to be missing."""
        yield Thought("Choosing the file to change.")
        chosen = _NEW_FILE
        if files:
            listed = (*files, _NEW_FILE)
            question = prompt("choose", task=self._now.task.text, files="\n".join(listed))
            answer = yield from self._ask(Ask(messages=question, grammar=choice_grammar(listed), max_tokens=60))
            chosen = answer.text
        if chosen == _NEW_FILE:
            question = prompt("name", task=self._now.task.text)
            answer = yield from self._ask(Ask(messages=question, grammar=path_grammar(), max_tokens=30))
            chosen = answer.text
        return self._reply("", ("read", {"file_path": chosen.strip()}))

    def change(self, step: ProposeChange) -> Steps:
        """One change of one file; asked several times until the answer is of use or enough work was done. Without one,
        what was tried before is undone."""
        why = "no try gave any."
        for question in questions(self._now, step, self._max_tokens):
            if self._usage.output and self._now.history.work + work_of(self._usage) > MOST_WORK:
                break
            yield Thought(f"Writing a change for {step.path}.\n")
            self.asked += 1
            answer = yield from self._ask(question.ask, Thought)
            found = read_answer(self._now, question, answer)
            if isinstance(found, Useless):
                why = found.why
                yield Thought(f"\nNot usable: {why}\n")
                continue
            if found.said:
                yield Text(found.said)
            return self._reply(found.said, (found.name, found.arguments))
        if not step.round:
            return self._reply(wording.no_change(step.path, why))
        undo = put_back(self._now, step.path)
        return self._reply(undo.text) if isinstance(undo, Finish) else self._reply("", *undo.calls)

    def _ask(self, question: Ask, kind: "type[Text] | type[Thought] | None" = None) -> Generator[Delta, None, Answer]:
        for piece in ask(self._address(), question, self._cancellation):
            if isinstance(piece, Answer):
                self._usage = add_usage(self._usage, piece.usage)
                return piece
            if kind is not None:
                yield kind(piece)
        raise AssertionError("ask() ends with an Answer")

    def _reply(self, text: str, *calls: tuple[str, dict[str, Any]]) -> Assistant:
        made = tuple(Call("", name, msgspec.json.encode(arguments).decode()) for name, arguments in calls)
        return Assistant(text, made, usage=self._usage)
