"""What a person makes of auto within a session: its aim holds at the first prompt, and later changes no model."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from binary import configure, endpoint_settings
from loopback import Loopback, Said
from terminal import Terminal

CHEAP, STRONG = "MiniMax-M3", "claude-opus-4-8"


@contextmanager
def session(folder: Path, settings: str = "") -> Iterator[Terminal]:
    """An interactive session with a cheap and a strong model, which both answer "Answered."."""
    with Loopback([Said("Answered.")] * 3) as one, Loopback([Said("Answered.")] * 3) as other:
        configure(
            settings
            + endpoint_settings(one.endpoint("openai-chat"), name="cheap", models=f'["{CHEAP}"]')
            + endpoint_settings(other.endpoint("anthropic"), name="strong", models=f'["{STRONG}"]')
        )
        with Terminal(cwd=folder, columns=160) as terminal:
            terminal.sees("autonomy low")
            yield terminal


def test_the_aim_set_before_the_first_prompt_holds_for_its_decision(tmp_path: Path, home: Path) -> None:
    with session(tmp_path) as terminal:
        terminal.type("/router cost\r")
        terminal.sees("(auto, cost) via ")
        terminal.type("fix the failing test\r")
        terminal.sees("Answered.")
        terminal.sees(" session, ")
        terminal.type("/router why\r")
        terminal.sees("cost aims at")
        assert "balancedaimsat" not in terminal.seen
        assert terminal.leaves() == 0


def test_a_command_of_the_persons_is_no_first_prompt(tmp_path: Path, home: Path) -> None:
    with session(tmp_path) as terminal:
        terminal.type("!true\r")
        terminal.sees("exit 0")
        terminal.type("fix the failing test\r")
        terminal.sees(" session, ")
        terminal.type("/router why\r")
        terminal.sees("fix task (")
        assert terminal.leaves() == 0


def test_the_aim_chosen_in_the_picker_holds_as_well(tmp_path: Path, home: Path) -> None:
    with session(tmp_path) as terminal:
        terminal.type("/model\r")
        terminal.answers("Choose a model", "\x1b[H\t")
        terminal.sees("quality")
        terminal.answers("Choose a model", "\x1b[H\r")
        terminal.sees("(auto, quality) via ")
        terminal.type("fix the failing test\r")
        terminal.sees(" session, ")
        terminal.type("/router why\r")
        terminal.sees("quality aims at")
        assert terminal.leaves() == 0


def test_an_aim_set_later_changes_no_model(tmp_path: Path, home: Path) -> None:
    with session(tmp_path) as terminal:
        terminal.type("fix the failing test\r")
        terminal.sees(" session, ")
        terminal.type(f"/model {CHEAP}\r")
        terminal.sees(f"model: {CHEAP} (chosen)")
        terminal.type("/router quality\r")
        terminal.sees(f"aim: quality; {CHEAP} goes on, you chose it; /model auto decides anew")
        terminal.type("/model auto\r")
        terminal.sees(f"model: {STRONG} (auto, quality) via strong")
        terminal.type("/router cost\r")
        terminal.sees(f"aim: cost; {STRONG} goes on, its cache is warm; /model auto decides anew")
        assert terminal.leaves() == 0


def test_a_model_that_was_chosen_is_the_next_sessions_too(tmp_path: Path, home: Path) -> None:
    with session(tmp_path) as terminal:
        terminal.type(f"/model {CHEAP}\r")
        terminal.sees(f"model: {CHEAP} (chosen")
        terminal.type("/new\r")
        terminal.type("/status\r")
        terminal.sees("autonomy low")
        terminal.type("fix the failing test\r")
        terminal.sees(f" session, {CHEAP} (chosen")
        assert terminal.leaves() == 0
