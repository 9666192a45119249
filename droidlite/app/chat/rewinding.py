"""Going back in a terminal's session, in files, conversation or both; the model is told where only one of them went."""

from droidlite.app import changes
from droidlite.app.chat.opened import Open
from droidlite.app.returning import rewound_note
from droidlite.app.session import REWOUND
from droidlite.ui.rewinding import Part, Preview, Rewinding, TurnRow


class Rewinds(Open):
    """The part of Conversation that goes back."""

    def turns(self) -> tuple[TurnRow, ...]:
        parts = self.session.parts
        past = parts.journal.session()
        return tuple(
            TurnRow(turn=turn.number, text=turn.text, files=len(parts.checkpoint.changes_since(turn.number)))
            for turn in past.turns
        )

    def preview_rewind(self, turn: int) -> Preview:
        parts = self.session.parts
        diffs = changes.session_diffs(parts.checkpoint, parts.context.root, turn)
        return changes.preview(parts.journal.session(), parts.checkpoint.changes_since(turn), diffs, turn)

    def rewind(self, turn: int, part: Part) -> Rewinding:
        parts = self.session.parts
        before = parts.journal.session()
        prompt = changes.prompt_of(before, turn)
        files = tuple(change.path for change in parts.checkpoint.changes_since(turn))
        told = [line for line in parts.checkpoint.rewind(turn, part) if "not put back" in line or "outside" in line]
        if part != "files":
            self._restore()
        if part != "both" and (note := rewound_note(part, files)):
            parts.notes[REWOUND] = note
        stays = changes.not_taken_back(before, turn) if part != "conversation" else ()
        return Rewinding(prompt if part != "files" else "", (*told, *stays))

    def undo_rewind(self) -> tuple[str, ...]:
        parts = self.session.parts
        told = parts.checkpoint.undo_rewind()
        parts.notes.pop(REWOUND, None)
        if parts.journal.session().messages != parts.agent.transcript.messages:
            self._restore()
        return tuple(told)

    def _restore(self) -> None:
        """The conversation as the journal now tells it."""
        parts = self.session.parts
        now = parts.journal.session()
        parts.agent.transcript.restore(now.messages, tuple(row.prompt for row in now.turns))
        parts.turns = len(now.turns)
