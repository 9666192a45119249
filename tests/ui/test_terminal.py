"""The interactive session over a pipe: keys in, what was written out, the recorded conversation behind it."""

import errno
import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output
from recorded import AUTO, CANDIDATES, Recorded, finished, fixing, reply, streamed

from droidlite.errors import UsageError
from droidlite.events import Event, TextAdded
from droidlite.tool import Answer
from droidlite.types import Image
from droidlite.ui.terminal import Look, run

DEADLINE = 20.0
SHORT = [TextAdded("Hello there."), reply("Hello there."), finished(result="Hello there.")]


class Written(io.StringIO):
    """Everything written, and a way to wait for more of it."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()
        self.gone = False

    def write(self, text: str) -> int:
        if self.gone:
            raise OSError(errno.EIO, "Input/output error")
        with self.changed:
            self.changed.notify_all()
            return super().write(text)

    @property
    def plain(self) -> str:
        """Without escape sequences and blanks: redraws move the cursor where a space would be."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\s", "", self.getvalue())


class Driver:
    """Runs the terminal in a thread and plays the person in the test's own."""

    def __init__(self, conversation: Recorded, pipe: Any, history: Path, **options: Any) -> None:
        self.conversation, self.pipe, self.written = conversation, pipe, Written()
        output = Vt100_Output(self.written, lambda: Size(rows=30, columns=80), term="xterm")  # type: ignore[arg-type]
        self.error: BaseException | None = None
        self.code: int | None = None

        def target() -> None:
            try:
                self.code = run(
                    conversation, history=history, terminal=(pipe, output), **{"grace_seconds": 0.0, **options}
                )
            except (RuntimeError, EOFError, OSError) as error:
                self.error = error

        self.thread = threading.Thread(target=target)
        self.thread.start()

    def type(self, text: str) -> None:
        self.pipe.send_text(text)

    def until(self, condition: Callable[[], object]) -> None:
        with self.written.changed:
            assert self.written.changed.wait_for(condition, DEADLINE), self.written.plain[-3000:]

    def sees(self, text: str) -> None:
        wanted = re.sub(r"\s", "", text)
        self.until(lambda: wanted in self.written.plain)

    def leaves(self) -> str:
        """Everything the person saw, once they have left."""
        self.type("\x03")
        self.sees("Ctrl+C again")
        self.type("\x03")
        return self.ended()

    def ended(self) -> str:
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive()
        return self.written.plain


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    with create_pipe_input() as pipe:
        drivers = []

        def started(events: list[Event], conversation: Recorded | None = None, **options: Any) -> Driver:
            driver = Driver(conversation or Recorded(events), pipe, tmp_path / "state" / "history", **options)
            drivers.append(driver)
            driver.sees("12% context")
            return driver

        yield started
        for driver in drivers:
            if driver.thread.is_alive():
                driver.type("\x03\x03")
                driver.thread.join(DEADLINE)


def test_a_message_is_answered_and_leaving_says_how_to_go_on(start: Callable[..., Driver], tmp_path: Path) -> None:
    driver = start(fixing())
    driver.type("fix the failing test\r")
    driver.sees("$0.0132 message, $0.21 session, claude-sonnet-4-5-20250929 (auto)")
    seen = driver.leaves()
    assert driver.conversation.sent == ["fix the failing test"]
    assert seen.endswith("claude-sonnet·$0.21·claude-opus-4-5alone$0.35(estimate,sametokens)Goonwith:droidlite-r01JD")
    assert driver.code == 0
    history = tmp_path / "state" / "history"
    assert "+fix the failing test" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("ahead", "typed", "sent"),
    [
        ("hello\n", "", "hello"),
        ("one\ntwo\n", "", "one\ntwo"),
        ("hell", "o\r", "hello"),
        ("helo\x1b[Dl\x1b[C", "!\r", "hello!"),
    ],
)
def test_what_was_typed_before_the_first_prompt_is_there_and_is_sent_where_it_was_ended(
    start: Callable[..., Driver], ahead: str, typed: str, sent: str
) -> None:
    driver = start(SHORT, waiting=lambda: ahead)
    driver.type(typed)
    driver.sees("$0.0044 message")
    assert driver.conversation.sent == [sent]
    driver.leaves()


def test_a_prompt_given_on_the_command_line_is_sent_at_once(start: Callable[..., Driver]) -> None:
    driver = start(SHORT, prompt="hello")
    driver.sees("$0.0044 message")
    assert driver.conversation.sent == ["hello"]
    driver.leaves()


def test_scripted_is_said_in_header_status_line_and_after_each_reply(start: Callable[..., Driver]) -> None:
    driver = start(SHORT, Recorded(SHORT, scripted=True), prompt="hello")
    driver.sees("SCRIPTED: a script answers, not a model")
    driver.sees("SCRIPTED claude-sonnet")
    driver.sees("(auto) · SCRIPTED")
    driver.leaves()


@pytest.mark.parametrize("newline", ["\n", "\x1b\r", "\\\r"])
def test_a_message_may_have_several_lines(start: Callable[..., Driver], newline: str) -> None:
    driver = start(SHORT)
    driver.type(f"one{newline}two\r")
    driver.sees("$0.0044 message")
    assert driver.conversation.sent == ["one\ntwo"]
    driver.leaves()


def test_escape_interrupts_and_gives_back_what_was_queued(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.conversation.gate.clear()
    driver.type("first\r")
    driver.sees("esc to interrupt")
    driver.type("second\r")
    driver.sees("queued: second")
    driver.type("\x1b")
    driver.sees("interrupted")
    driver.until(lambda: "❯second" in driver.written.plain)
    assert driver.conversation.sent == ["first"]
    driver.leaves()


def test_a_terminal_that_is_gone_while_something_is_drawn_ends_the_session(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.conversation.gate.clear()
    driver.type("first\r")
    driver.sees("esc to interrupt")
    driver.written.gone = True
    driver.ended()  # by the next tick: no key comes
    assert isinstance(driver.error, OSError | EOFError)
    assert driver.conversation.stop.is_set()


def test_what_was_queued_is_sent_next_and_can_be_taken_back(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.conversation.gate.clear()
    driver.type("first\r")
    driver.sees("esc to interrupt")
    driver.type("second\rthird\r")
    driver.sees("queued: third")
    driver.type("\x1b[A!\r/cost\r")  # Up takes third back, to be queued again as third!
    driver.sees("48,000")  # redraws write only what changed, so wait for something that is printed
    driver.conversation.gate.set()
    driver.until(lambda: driver.written.plain.count("$0.0044message") >= 3)
    assert driver.conversation.sent == ["first", "second", "third!"]
    driver.leaves()


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ("1", Answer("once")),
        ("\x1b[B\r", Answer("session")),
        ("3", Answer("always")),
        ("4use make clean\r", Answer("no", "use make clean")),
        ("nuse make clean\r", Answer("no", "use make clean")),
        ("N\r", Answer("no")),
        ("yn\r", Answer("no")),
    ],
)
def test_an_approval_shows_the_exact_command(start: Callable[..., Driver], keys: str, answer: Answer) -> None:
    driver = start(SHORT)
    driver.type("approve\r")
    driver.sees("rm -rf build && make")
    driver.sees("always allow: commands that begin: make")
    driver.type(keys)
    driver.sees("$0.0044 message")
    assert driver.conversation.asked == [answer]
    driver.leaves()


def test_keys_typed_ahead_never_answer_an_approval(start: Callable[..., Driver]) -> None:
    driver = start(SHORT, grace_seconds=1e9)
    driver.type("approve\r")
    driver.sees("Run this command?")
    driver.type("\r1y\r")
    driver.type("\x03")  # says no, and is heard only after all of those
    driver.sees("interrupted")
    assert driver.conversation.asked == [Answer("no")]
    driver.leaves()


def test_escape_in_an_approval_says_no_and_stops_at_once(start: Callable[..., Driver]) -> None:
    driver = start(SHORT, grace_seconds=1e9)
    driver.type("approve\r")
    driver.sees("Run this command?")
    driver.type("\x1b")
    driver.sees("interrupted")
    assert driver.conversation.asked == [Answer("no")]
    driver.leaves()


def test_an_edit_is_approved_on_its_diff(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("edit\r")
    driver.sees("# the upper bound belongs to the range")
    driver.sees("Allow edit of src/ranges.py?")
    driver.type("1")
    driver.sees("$0.0044 message")
    assert driver.conversation.asked == [Answer("once")]
    driver.leaves()


@pytest.mark.parametrize(("keys", "answer"), [("2", "SQLite"), ("3DuckDB\r", "DuckDB")])
def test_a_question(start: Callable[..., Driver], keys: str, answer: str) -> None:
    driver = start(SHORT)
    driver.type("question\r")
    driver.sees("Something else")
    driver.type(keys)
    driver.sees("$0.0044 message")
    assert driver.conversation.asked == [answer]
    driver.leaves()


@pytest.mark.parametrize(("keys", "cap"), [("1", 2.07), ("2$3\r", 3.0), ("3", None), ("\x1b", None)])
@pytest.mark.parametrize("wrong", ["", "20.5\r", "2abc\r"])
def test_the_cap_can_be_raised_or_kept(start: Callable[..., Driver], keys: str, cap: float | None, wrong: str) -> None:
    driver = start(SHORT)
    driver.type("cap\r")
    driver.sees("Stop here")
    if wrong:
        driver.type(wrong)
        driver.sees("Type an amount in USD above $1.00")
    driver.type(keys)
    driver.sees("$0.0044 message")
    assert driver.conversation.asked == [cap]
    driver.leaves()


def test_leaving_answers_what_is_still_asked(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("approve\r")
    driver.sees("Run this command?")
    driver.type("\x03\x03")
    driver.ended()
    assert driver.conversation.asked == [Answer("no")]


def test_the_model_is_chosen_in_the_picker(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("/model\r")
    driver.sees("Choose a model")
    driver.type("opus\r")
    driver.sees("model: claude-opus-4-5 (chosen)")
    assert driver.conversation.now.model == CANDIDATES[0].spec.id
    driver.leaves()


@pytest.mark.parametrize(
    ("typed", "model", "rewound", "sent"),
    [
        ("/model\ropus\r", CANDIDATES[0].spec.id, [], "and on"),
        ("/rewind\r\r1", AUTO.model, [(2, "both")], "now the docs and on"),
    ],
)
def test_a_dialog_that_was_asked_for_takes_what_is_typed_ahead(
    start: Callable[..., Driver], typed: str, model: str, rewound: list[tuple[int, str]], sent: str
) -> None:
    driver = start(SHORT, grace_seconds=1e9)
    driver.type(f"{typed} and on\r")
    driver.sees("$0.0044 message")
    conversation = driver.conversation
    assert (conversation.now.model, conversation.rewound, conversation.sent) == (model, rewound, [sent])
    driver.leaves()


def test_a_dialog_of_a_command_that_had_to_wait_takes_nothing_that_is_being_typed(start: Callable[..., Driver]) -> None:
    driver = start(SHORT, grace_seconds=1e9)
    driver.conversation.gate.clear()
    driver.type("first\r")
    driver.sees("esc to interrupt")
    driver.type("/model\r")
    driver.sees("queued: /model")
    driver.conversation.gate.set()
    driver.sees("Choose a model")
    driver.type("opus\r\x1b")
    driver.until(lambda: "❯opus" in driver.written.plain)
    assert driver.conversation.now.model == AUTO.model
    driver.leaves()


def test_a_long_paste_stands_folded_and_is_sent_whole(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    lines = "\n".join(f"line {number}" for number in range(10_000))
    driver.type(f"look: \x1b[200~{lines}\x1b[201~ and say\r")
    driver.sees("❯ look: [pasted 10,000 lines #1] and say")
    driver.sees("$0.0044 message")
    assert driver.conversation.sent == [f"look: {lines} and say"]
    assert "line 77" not in driver.leaves()


def test_ctrl_n_goes_round_auto_and_the_first_model_of_each_tier(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    for model, strategy in [
        ("claude-opus-4-5", "chosen"),
        ("claude-sonnet-4-5-20250929", "chosen"),
        ("qwen2.5-coder-1.5b", "chosen"),
        ("claude-sonnet-4-5-20250929", "auto"),
    ]:
        driver.type("\x0e")
        driver.until(
            lambda now=(model, strategy): now == (driver.conversation.now.model, driver.conversation.now.strategy)
        )
        driver.sees(f"model: {model} ({strategy})")
    driver.leaves()


def test_a_question_mark_on_an_empty_line_explains_the_numbers_and_elsewhere_is_one(
    start: Callable[..., Driver],
) -> None:
    driver = start(SHORT)
    driver.type("?")
    driver.sees("tokens of context of the 200,000 that fit: the service's own count")
    driver.type("why?\r")
    driver.sees("$0.0044 message")
    assert driver.conversation.sent == ["why?"]
    driver.leaves()


def test_the_whole_transcript_is_a_key_away_and_leaves_the_screen_as_it_was(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("\x0f")
    driver.sees("line 499 of the transcript")
    assert "\x1b[?1049h" in driver.written.getvalue()
    driver.type("q")
    driver.until(lambda: "\x1b[?1049l" in driver.written.getvalue())
    driver.type("and on\r")
    driver.sees("$0.0044 message")
    driver.leaves()


def test_the_whole_transcript_is_a_key_away_from_a_question_too(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("approve\r")
    driver.sees("Run this command?")
    driver.type("\x0f")
    driver.sees("line 499 of the transcript")
    driver.type("q")
    driver.until(lambda: "\x1b[?1049l" in driver.written.getvalue())
    driver.type("1")
    driver.sees("$0.0044 message")
    assert driver.conversation.asked == [Answer("once")]
    driver.leaves()


def test_the_title_says_what_the_session_does_and_is_cleared_at_the_end(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("approve\r")
    driver.sees("Run this command?")
    driver.type("1")
    driver.sees("$0.0044 message")
    driver.leaves()
    titles = re.findall("\x1b\\]2;([^\x07]*)\x07", driver.written.getvalue())
    assert titles == [
        "… droidlite · approve",
        "? droidlite · waits for you",
        "… droidlite · approve",
        "✓ droidlite · ranges",
        "",
    ]


def test_leaving_the_picker_leaves_all_as_it_was(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    before = driver.conversation.now
    driver.type("/model\r")
    driver.sees("Choose a model")
    driver.type("\x1b[B\x1b")
    driver.type("/cost\r")
    driver.sees("48,000")
    assert driver.conversation.now == before
    driver.leaves()


def test_rewinding_gives_the_message_back(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("\x1b\x1b")
    driver.sees("Rewind to just before")
    driver.type("\r")
    driver.sees("1 message of yours and what followed are dropped")
    driver.type("1")
    driver.sees("rewound")
    driver.until(lambda: "❯nowthedocs" in driver.written.plain)
    driver.leaves()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/help", "what runs unasked; revoke"),
        ("/help review", "/review a..b name others"),
        ("/cost", "48,000"),
        ("/status", "24k of 200k tokens"),
        ("/status", "way       > house: ok · first word after 0.8 s"),
        ("/diff", "the upper bound belongs"),
        ("/export json", "droidlite-01JD.json"),
        ("/review main", "reviewing main: 1 file, +2 -1"),
        ("/review", "$0.0044 message"),
        ("/init", "$0.0044 message"),
        ("/btw why?", "$0.0031 aside"),
        ("/btw", "/btw takes a question"),
        ("/stats", "$5.60 in 4 sessions"),
        ("/sessions parser", "Add a parser for dates"),
        ("/resume nothing", "no session of this folder with 'nothing' in its title or prompts"),
        ("/export pdf", "md, json or html"),
        ("/new", "new session 01JE"),
        ("/resume 01JA", "resumed 01JA"),
        ("/autonomy high", "policy allows no more than medium"),
        ("/autonomy much", "takes one of off, low, medium, high"),
        ("/model nonsense", "There is no model nonsense."),
        ("/modle", "did you mean /model?"),
        ("/good", "There is nothing to judge yet."),
        ("/compact", "compacted"),
        ("!ls", "exit 0"),
    ],
)
def test_commands(start: Callable[..., Driver], typed: str, shown: str) -> None:
    driver = start(SHORT)
    driver.type(f"{typed}\r")
    driver.sees(shown)
    driver.leaves()


def test_the_person_says_whether_a_session_was_good(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("go\r")
    driver.sees("$0.0044 message")
    driver.type("/good\r")
    driver.sees("did what you wanted")
    driver.type("/bad\r")
    driver.sees("did not do what you wanted")
    driver.leaves()
    assert driver.conversation.judged == [True, False]


def test_commands_that_only_look_run_beside_the_agent(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.conversation.gate.clear()
    driver.type("go\r")
    driver.sees("esc to interrupt")
    driver.type("/cost\r")
    driver.sees("48,000")
    driver.conversation.gate.set()
    driver.sees("$0.0044 message")
    driver.leaves()


def test_shift_tab_cycles_autonomy_within_what_policy_allows(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("\x1b[Z")
    driver.until(lambda: driver.conversation.now.autonomy == "medium")
    driver.type("\x1b[Z")
    driver.until(lambda: driver.conversation.now.autonomy == "off")
    driver.leaves()


def test_files_complete_after_an_at_sign(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("see @test_r")
    driver.sees("tests/test_ranges.py")
    driver.type("\tnow\r")
    driver.sees("$0.0044 message")
    assert driver.conversation.sent == ["see @tests/test_ranges.py now"]
    driver.leaves()


def test_a_run_that_crashes_ends_the_session_with_its_error(start: Callable[..., Driver]) -> None:
    class Crashing(Recorded):
        def send(self, text: str, images: tuple[Image, ...] = ()) -> Iterator[Event]:
            raise RuntimeError("a bug")

    driver = start([], Crashing([]))
    driver.type("go\r")
    driver.ended()
    assert repr(driver.error) == "RuntimeError('a bug')"


def test_what_was_streamed_is_printed_even_if_nothing_follows(start: Callable[..., Driver]) -> None:
    driver = start([*streamed("Half an ans")])
    driver.type("go\r")
    driver.until(lambda: driver.conversation.now.cost_usd > 0.2)
    assert "Halfanans" in driver.leaves()


def test_no_terminal_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UsageError, match="not a terminal; use droidlite exec"):
        run(Recorded([]), history=tmp_path / "history")


@pytest.mark.parametrize(
    ("keys", "answer", "kept"),
    [
        ("you should try\r", Answer("no"), "you should try"),
        ("use 2 of 1\r", Answer("no"), "use 2 of 1"),
        ("oops\x7f\x7f\x7f\x7f\r", Answer("no"), ""),
        ("wait\r\x1b[B\r", Answer("session"), "wait"),
        ("wait\x1b[A2", Answer("session"), "wait"),
        ("y\r", Answer("once"), ""),
        ("Y\r", Answer("once"), ""),
        ("yes", Answer("no"), "yes"),
        ("say n\r", Answer("no"), "say n"),
        ("\x1b[By\r", Answer("once"), ""),
    ],
)
def test_a_message_typed_into_an_approval_allows_nothing_and_is_kept(
    start: Callable[..., Driver], keys: str, answer: Answer, kept: str
) -> None:
    driver = start(SHORT)
    driver.type("approve\r")
    driver.sees("Run this command?")
    driver.type(keys)
    if answer.choice == "no":
        driver.sees("kept for your message")
        assert driver.conversation.asked == []
        driver.type("\x1b")
        driver.sees("interrupted")
    else:
        driver.sees("$0.0044 message")
    assert driver.conversation.asked == [answer]
    driver.type("!\r")  # sends what stands in the input
    driver.until(lambda: driver.conversation.sent[1:] == ([f"{kept}!"] if kept else []))
    driver.leaves()


def test_what_is_typed_as_a_dialog_opens_is_kept(start: Callable[..., Driver]) -> None:
    driver = start(SHORT, grace_seconds=1e9)
    driver.type("approve\r")
    driver.sees("Run this command?")
    driver.type("late 1\r")
    driver.type("\x03")
    driver.sees("interrupted")
    driver.type("!\r")
    driver.until(lambda: driver.conversation.sent == ["approve", "late 1!"])
    driver.leaves()


def test_enter_takes_the_file_that_is_listed_and_sends_the_next_time(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("explain @src/r")
    driver.sees("src/ranges.py")
    driver.type("\r")
    driver.type("now\r")
    driver.sees("$0.0044 message")
    (sent,) = driver.conversation.sent
    assert sent == "explain @src/ranges.py now"
    driver.leaves()


def test_effort_is_a_command_too(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("/effort high\r")
    driver.sees("effort: high (of default, low, medium, high)")
    assert driver.conversation.now.effort == "high"
    driver.type("/effort much\r")
    driver.sees("/effort takes one of default, low, medium, high.")
    driver.leaves()


def test_a_name_that_is_a_part_means_a_model_that_can_be_used(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("/model opus\r")
    driver.sees("model: claude-opus-4-5 (chosen)")
    driver.leaves()


def test_with_the_keys_of_vi_escape_leaves_insert_mode_first(start: Callable[..., Driver]) -> None:
    driver = start(SHORT, look=Look(vi=True))
    driver.sees("insert claude-sonnet")
    driver.type("hello wrld\x1b")
    driver.sees("normal")
    driver.type("Xio\r")  # X takes away the l before the d, i inserts an o
    driver.sees("$0.0044 message")
    driver.type("again\r")
    driver.until(lambda: len(driver.conversation.sent) == 2)
    assert driver.conversation.sent == ["hello wrod", "again"]
    driver.leaves()


def test_what_was_sent_before_is_searched(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    for message in ("fix the parser\r", "go on\r"):
        driver.type(message)
        driver.sees("❯ go on" if message == "go on\r" else "❯ fix the parser")
    driver.until(lambda: driver.written.plain.count("$0.0044message") == 2)
    driver.type("\x12PARS")
    driver.sees("search back: PARS")
    driver.type("\r!\r")
    driver.until(lambda: len(driver.conversation.sent) == 3)
    assert driver.conversation.sent[2] in ("fix the parser!", "fix the !parser")
    driver.leaves()


def test_a_search_is_left_with_ctrl_c_and_by_a_question(start: Callable[..., Driver]) -> None:
    driver = start(SHORT)
    driver.type("\x12nothing")
    driver.sees("search back: nothing")
    driver.conversation.gate.clear()
    driver.type("\x03first\r")
    driver.sees("esc to interrupt")
    driver.type("approve\r")
    driver.sees("queued: approve")
    driver.type("\x12")
    driver.until(lambda: driver.written.plain.count("searchback:") == 2)
    driver.conversation.gate.set()
    driver.sees("Run this command?")
    driver.type("1")
    driver.until(lambda: driver.conversation.asked == [Answer("once")])
    driver.type("last\r")
    driver.until(lambda: driver.conversation.sent == ["first", "approve", "last"])
    driver.leaves()


def test_a_whole_id_never_means_another_model(start: Callable[..., Driver]) -> None:
    near = structs.replace(CANDIDATES[0], spec=structs.replace(CANDIDATES[0].spec, id="gpt-5-nano-2"))

    class Crowded(Recorded):
        def candidates(self, mode: str = "") -> Any:
            return AUTO, (*CANDIDATES, near)

        def choose(self, model: str, mode: str = "", effort: Any = None) -> None:
            if model == "gpt-5-nano":
                raise UsageError("gpt-5-nano cannot be used: no key.")
            self.now = structs.replace(self.now, model=model, strategy="chosen")

    driver = start(SHORT, Crowded(SHORT))
    driver.type("/model gpt-5-nano\r")
    driver.sees("gpt-5-nano cannot be used: no key.")
    driver.type("/model nano-2\r")
    driver.sees("model: nano-2 (chosen)")
    driver.leaves()
