"""A question with a few answers, some of them typed, by keyboard only. A pure reducer."""

from msgspec import Struct
from msgspec.structs import replace

from droidlite.sanitise import clean_line
from droidlite.ui.cells import in_parts, wrap
from droidlite.ui.choosing import Done, Fragments


class Option(Struct, frozen=True):
    """One answer. With `typed`, choosing it opens a line to type on."""

    label: str
    value: str
    typed: bool = False


class Asking(Struct, frozen=True, kw_only=True):
    """Its value is (option value, typed text). `body` lines are shown as they are, in full; `problem` says what was
    wrong with the last answer, `leaving` what Esc does.

    y goes to the answer that begins with Yes, n to the one with No, whatever their numbers: they are shown with them. n
    opens its line at once, as a number does; y waits for Enter, since what it allows may not be taken back.

    Letters it has no use for belong to a message that was being written: they are `kept`, and until the person has
    chosen anew (`chosen`) Enter ends that message and takes nothing. A number or y in the middle of it is no choice."""

    title: str
    options: tuple[Option, ...]
    body: tuple[str, ...] = ()
    note: str = ""
    problem: str = ""
    leaving: str = "stop"
    cursor: int = 0
    typing: str | None = None
    left: tuple[str, str] = ("", "")
    chosen: bool = True
    aside: str = ""
    message: str = ""

    @property
    def kept(self) -> str:
        """What was typed for the input: `aside` before the last choice, `message` since; a y that chose is neither."""
        return self.aside if self.chosen else self.aside + self.message

    @property
    def letters(self) -> dict[str, int]:
        """Where y and n go; none where nothing is answered with Yes."""
        words = [option.label.partition(",")[0].partition(" ")[0] for option in self.options]
        return {word[0].lower(): words.index(word) for word in ("Yes", "No") if word in words and "Yes" in words}

    def label(self, index: int) -> str:
        """An answer as it is shown, with its letter."""
        letter = next((f" ({letter})" for letter, at in self.letters.items() if at == index), "")
        return self.options[index].label + letter

    def place(self, text: str) -> int | None:
        """Where the answer is that a number or a letter names."""
        if text.isdecimal() and 1 <= int(text) <= len(self.options):
            return int(text) - 1
        return self.letters.get(text.lower())

    def press(self, key: str, text: str = "") -> "Asking | Done":
        if self.typing is not None:
            return self._typed(key, text)
        last = len(self.options) - 1
        match key:
            case "escape":
                return Done(self.left)
            case "up":
                return self._moved(last if self.cursor == 0 else self.cursor - 1)
            case "down" | "tab":
                return self._moved(0 if self.cursor == last else self.cursor + 1)
            case "enter" if self.chosen:
                return self._take(self.cursor)
            case "backspace":
                return replace(self, message=self.message[:-1], chosen=self.chosen and not self.message)
            case "text":
                return self._lettered(text)
        return self

    def _moved(self, cursor: int) -> "Asking":
        return replace(self, cursor=cursor, chosen=True, aside=self.kept, message="")

    def _lettered(self, text: str) -> "Asking | Done":
        """A number takes its answer and a letter goes to its own, unless a message has begun."""
        at = self.place(text)
        if at is None or (self.message and not (self.chosen and text.isalpha())):
            return replace(self, message=self.message + text, chosen=False)
        if text.isdecimal() or self.options[at].typed:
            return self._take(at)
        return replace(self, cursor=at, message=text, chosen=True)

    def _take(self, index: int) -> "Asking | Done":
        option = self.options[index]
        return replace(self, cursor=index, typing="") if option.typed else Done((option.value, ""))

    def _typed(self, key: str, text: str) -> "Asking | Done":
        typed = self.typing or ""
        match key:
            case "escape":
                return replace(self, typing=None) if len(self.options) > 1 else Done(self.left)
            case "enter":
                return Done((self.options[self.cursor].value, typed))
            case "backspace":
                return replace(self, typing=typed[:-1])
            case "text":
                return replace(self, typing=typed + "".join(c if c.isprintable() else " " for c in text))
        return self

    def draw(self, width: int, height: int) -> Fragments:
        """All of it, whatever `height`: leaving off a part of what is approved would be worse than scrolling."""
        shown: Fragments = [("class:title", line + "\n") for line in wrap(self.title, width)]
        shown += [("class:body", f"  {line}\n") for text in self.body for line in _folded(text, width - 3)]
        shown += [("class:dim", f"  {line}\n") for line in wrap(self.note, width - 2) if line]
        shown += [("class:warning", f"  {line}\n") for line in wrap(self.problem, width - 2) if line]
        if not self.chosen:
            shown += [("class:warning", f"  {line}\n") for line in wrap(self._not_taken(), width - 2)]
        for index in range(len(self.options)):
            mark, style = ("❯", "class:selected") if index == self.cursor else (" ", "")
            first, *rest = wrap(self.label(index), width - 6)
            shown.append((style, f"{mark} {index + 1}. {first}\n"))
            shown += [(style, f"     {line}\n") for line in rest]
        if self.typing is not None:
            room = max(width - 6, 4)
            shown += [("", "  ▏"), ("class:typed", self.typing[-room:]), ("class:selected", "█\n")]
        keys = ["↑↓ or a number", "Enter choose", f"Esc {self.leaving}"]
        keys = ["Enter send", "Esc back"] if self.typing is not None else keys
        return [*shown, ("class:dim", "\n".join(in_parts(keys, width)))]

    def _not_taken(self) -> str:
        said = f"'{clean_line(self.kept, 60)}'" if self.kept else "what you type"
        return f"Nothing is chosen: {said} is kept for your message. ↑↓ chooses."


def _folded(text: str, width: int) -> list[str]:
    """Cut at exactly `width` characters: spaces in a command matter, so none may be lost to wrapping."""
    return [text[start : start + width] for start in range(0, len(text), width)] or [""]
