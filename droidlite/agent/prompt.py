"""What the model is told before the person speaks: a system prompt that never changes, facts in the first message."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

PROMPTS = Path(__file__).parent.parent / "prompts"


class Facts(Struct, frozen=True, kw_only=True):
    """What is true at the start of a session. Kept out of the system prompt, which all sessions share in the cache.
    `cwd` is where in `root` the person is ("" = there)."""

    root: str
    cwd: str = ""
    platform: str
    date: str
    git: str = ""
    check: str = ""
    memory: tuple[tuple[str, str], ...] = ()


@cache
def read_prompt(name: str) -> str:
    """A prompt from prompts/NAME.md, without its trailing newline."""
    return (PROMPTS / f"{name}.md").read_text(encoding="utf-8").strip()


def system_prompt(extra: Sequence[str] = ()) -> str:
    """The system prompt; `extra` is what --append-system-prompt adds."""
    return "\n\n".join((read_prompt("system"), *extra))


def opening(facts: Facts) -> str:
    """What the host says before the person's first message: the facts and the memory files."""
    where = [f"Folder: {facts.root}"]
    if facts.cwd not in ("", facts.root):
        where = [f"Repository: {facts.root}", f"Working folder: {facts.cwd}"]
    lines = [*where, f"Platform: {facts.platform}", f"Date: {facts.date}"]
    if facts.git:
        lines.append(f"Git: {facts.git}")
    if facts.check:
        lines.append(f"Done means: `{facts.check}` exits with 0.")
    memory = [f'<memory file="{path}">\n{text.strip()}\n</memory>' for path, text in facts.memory]
    return "\n\n".join(["<context>\n" + "\n".join(lines) + "\n</context>", *memory])
