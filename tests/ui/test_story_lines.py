"""The story's lines: within the width, labelled, without a colour where none is wanted."""

from droidlite.events import (
    CallFinished,
    CallStarted,
    Counterfactual,
    Event,
    ModelSwitched,
    ModelUsage,
    ReplyFinished,
    RunFinished,
    VerifyFinished,
)
from droidlite.types import Switch, Usage
from droidlite.ui.story import Teller

FAILED = "FAILED tests/test_a.py::test_\x1b[31mone - assert 1\n1 failed, 2 passed in 0.31s\n"
GATE = {"stay_usd": 3.27, "switch_usd": 2.48, "worth_usd": 3.27, "context": 5_962}
EVENTS: tuple[Event, ...] = (
    ReplyFinished(text="", model="cheap"),
    CallStarted(call_id="1", name="read", summary="a.py"),
    CallFinished(call_id="1", name="read", content="one\ntwo\n"),
    ReplyFinished(text="I think that it is done now.", model="cheap"),
    VerifyFinished(command="pytest", exit_code=1, output=FAILED, seconds=1.0, passed=False),
    ReplyFinished(text="Done\x1b[2J.", model="cheap"),
    VerifyFinished(command="pytest", exit_code=None, output="", seconds=1.0, passed=False),
    ModelSwitched(Switch(from_model="cheap", to="strong", cause="c", reasons=("switching costs $0.03",), gate=GATE)),
    ReplyFinished(text="Mended.", model="strong"),
    VerifyFinished(command="pytest", exit_code=0, output="3 passed in 0.30s\n", seconds=1.0, passed=True),
)
TOLD = """\
  ● read  a.py · 2 lines
  SCRIPTED cheap: I think that it is
  done now.
  ✗ pytest · exit 1
    test_␛[31mone
    1 failed, 2 passed in 0.31s
  → what the check printed goes back
    to cheap
  SCRIPTED cheap: Done␛[2J.
  ✗ pytest · stopped at its limit
    (no output)

1  The switch is priced before it is
made
  switching costs $0.03
  · expected from here, a failure
    counted at $3.27: staying $3.27,
    switching $2.48

2  strong takes over
  → it is given the conversation, what
    the check printed with it: 5,962
    tokens
  SCRIPTED strong: Mended.
  ✓ pytest · exit 0
    3 passed in 0.30s
"""


def told(events: tuple[Event, ...], *, colour: bool = False) -> str:
    said: list[str] = []
    teller = Teller(said.append, lambda: 38, colour=colour)
    for event in events:
        teller.tell(event)
    return "".join(said)


def test_a_session_as_it_is_told() -> None:
    assert told(EVENTS) == TOLD


def test_colour_is_added_where_it_is_wanted() -> None:
    assert "\x1b[33mSCRIPTED \x1b[0m\x1b[1mcheap: \x1b[0m" in told(EVENTS, colour=True)


def test_the_diff_and_the_bill() -> None:
    said: list[str] = []
    teller = Teller(said.append, lambda: 80, colour=False)
    teller.changed("--- a/a.py\n+++ b/a.py\n@@ -1,4 +1,4 @@\n \n one\n-two\n+three\n four\n")
    used = {"cheap": ModelUsage(usage=Usage(input=500, cache_read=1_500, output=20), cost_usd=0.06, calls=2)}
    teller.bills(
        RunFinished(
            subtype="success",
            is_error=False,
            result="",
            session_id="s",
            num_turns=1,
            duration_ms=1,
            duration_api_ms=1,
            total_cost_usd=0.06,
            usage=Usage(),
            model_usage=used,
            routing={},
            counterfactual=Counterfactual(model="strong", cost_usd=0.05),
        )
    )
    teller.ends(["nothing was mended"], seconds=3.0)
    teller.ends([], seconds=3.0)
    assert (
        "".join(said)
        == """

1  What was changed in the end
  +++ b/a.py
  @@ -1,4 +1,4 @@
   one
  -two
  +three

2  The bill
  model     calls  tokens in  cached  out     cost
  cheap         2      2,000     75%   20  $0.0600
  together                                 $0.0600

  strong alone $0.0500 (estimate, same tokens): $0.0100 more was spent
  Tokens are estimates (four bytes each), prices are the price list's, and
  nothing was charged. Alone it would have used other tokens; this does not
  count that.

  ✗ This is not the story: nothing was mended.

  ✓ All of it happened, in 3.0 s.
"""[1:]
    )
