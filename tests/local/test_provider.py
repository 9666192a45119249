"""The embedded model's provider in whole tasks, with the true tools and a llama.cpp server that says what it should."""

import json
from pathlib import Path

import pytest
from llama import KEY, Llama, Says
from workplace import SPEC, Workplace

from droidlite.cancellation import Cancellation
from droidlite.errors import Interrupted, ProviderError
from droidlite.providers.local import Local
from droidlite.providers.local.episode import ROUNDS
from droidlite.types import Text, Usage, User

HALF = "def half(n):\n    return n / 3\n"
TEST = "from half import half\nassert half(4) == 2, half(4)\n"
CHECK = "python3 -B test_half.py"
TASK = "half() in half.py is wrong."
LEFT = f"read half.py|shell {CHECK}|read test_half.py".split("|")


def code(*lines: str) -> Says:
    return Says("It must divide by two.\n\n```python\n" + "\n".join(lines) + "\n```")


def instead(old: str, new: str) -> str:
    return json.dumps({"old": old, "new": new})


def dividing_by(number: str) -> Says:
    """The same change in whichever form it is asked for."""
    told = code("def half(n):", f"    return n / {number}")
    line = f"return n / {number}"
    return Says(told.text, instead("return n / 3", line), f"```python\n{line}\n```")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path, half__py=HALF, test_half__py=TEST)


def test_a_change_is_made_and_checked(place: Workplace) -> None:
    with Llama(dividing_by("2")) as llama:
        told = place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert (told, place.text("half.py")) == (f"Changed half.py; `{CHECK}` passes.", HALF.replace("3", "2"))
    assert place.calls() == [*LEFT, "edit half.py", f"shell {CHECK}"]
    assert llama.keys == [f"Bearer {KEY}"]


def test_the_model_is_shown_the_file_the_tests_and_what_failed(place: Workplace) -> None:
    with Llama(dividing_by("2")) as llama:
        place.work(Local(llama.endpoint), TASK, check=CHECK)
    [question] = llama.questions
    parts = ("assert half(4) == 2", HALF.strip(), f"Task: {TASK}", "AssertionError: 1.33")
    places = [question.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_after_a_failed_check_another_change_is_tried(place: Workplace) -> None:
    with Llama(dividing_by("4"), dividing_by("2")) as llama:
        told = place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert (told, place.text("half.py")) == (f"Changed half.py (try 2); `{CHECK}` passes.", HALF.replace("3", "2"))
    assert place.calls() == [*LEFT, *["edit half.py", f"shell {CHECK}"] * 2]


def test_a_line_left_out_is_asked_for(place: Workplace) -> None:
    with Llama(Says("No code.", hole="```python\n        return n / 2\n```")) as llama:
        place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert ("\n    ____\n" in llama.questions[-1], "return n / 3" in llama.questions[-1]) == (True, False)
    assert place.text("half.py") == HALF.replace("3", "2")


def test_a_whole_function_written_for_a_line_left_out_takes_its_place(place: Workplace) -> None:
    with Llama(Says("No code.", hole="```python\ndef half(n):\n    return n / 2\n```")) as llama:
        place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert place.text("half.py") == HALF.replace("3", "2")


def test_a_line_that_needs_an_import_gets_it(place: Workplace) -> None:
    with Llama(Says("No code.", instead("return n / 3", "return math.floor(n / 2)"))) as llama:
        place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert place.text("half.py") == "import math\n\n\n" + HALF.replace("n / 3", "math.floor(n / 2)")


def test_a_bracket_too_many_at_the_end_of_a_line_is_taken_off(place: Workplace) -> None:
    with Llama(Says("No code.", instead("return n / 3", "return n / 2}"))) as llama:
        place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert place.text("half.py") == HALF.replace("3", "2")


def test_what_was_asked_in_vain_is_not_asked_again(place: Workplace) -> None:
    useless = Says("It must", finish="length")
    with Llama(useless, dividing_by("4"), dividing_by("2")) as llama:
        place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert [asked["seed"] for asked in llama.asked] == [1, 2, 3]


def test_when_every_change_fails_the_file_is_put_back(place: Workplace) -> None:
    wrong = [dividing_by(str(number)) for number in range(4, 40)]
    with Llama(*wrong) as llama:
        told = place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert place.text("half.py") == HALF
    assert told.startswith(
        f"I did not manage this: `{CHECK}` still failed after every change I tried. half.py is as it"
    )
    assert place.calls().count("edit half.py") == ROUNDS + 1


def test_a_change_that_helps_is_built_on(tmp_path: Path) -> None:
    test = (
        "import unittest\nfrom half import half, third\nclass T(unittest.TestCase):\n"
        "    def test_half(self):\n        self.assertEqual(half(4), 2)\n"
        "    def test_third(self):\n        self.assertEqual(third(9), 3)\n"
    )
    place = Workplace(tmp_path, half__py=f"{HALF}\n\ndef third(n):\n    return n\n", test_half__py=test)
    first = code("def half(n):", "    return n / 2", "", "", "def third(n):", "    return -n")
    second = Says(code("def third(n):", "    return n / 3").text, instead("return -n", "return n / 3"))
    with Llama(first, second) as llama:
        told = place.work(Local(llama.endpoint), "half.py is wrong.", check="python3 -B -m unittest -q")
    assert told == "Changed half.py (try 2); `python3 -B -m unittest -q` passes."
    assert "return n / 2" in llama.questions[1]


@pytest.mark.parametrize(
    "useless",
    [
        Says("It must", finish="length"),
        Says("It must divide.\n\n```python\n" + "a line of forty characters, as many as counts\n" * 40, held=True),
        Says(code(*HALF.strip().split("\n")).text, instead("return n / 3", "return n / 3")),
        Says(code("def half(n):", "    return (n").text, instead("return n / 3", "return (n")),
        Says(code("# nothing").text, instead("return n / 4", "return n / 2")),
    ],
    ids=["cut", "repeats itself", "changes nothing", "does not parse", "belongs nowhere"],
)
def test_an_answer_of_no_use_is_asked_for_again(place: Workplace, useless: Says) -> None:
    with Llama(useless, useless, dividing_by("2")) as llama:
        told = place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert (told, len(llama.asked)) == (f"Changed half.py; `{CHECK}` passes.", 3)
    assert len({asked["seed"] for asked in llama.asked}) == 3


def test_without_any_usable_answer_nothing_is_changed(place: Workplace) -> None:
    with Llama(Says("It must", finish="length")) as llama:
        told = place.work(Local(llama.endpoint), TASK, check=CHECK)
    why = "the answer was too long or repeated itself."
    assert told == f"I found no usable change for half.py: {why} Nothing was changed in this step."
    assert (place.calls(), place.text("half.py")) == (LEFT, HALF)


def test_without_any_further_usable_answer_the_file_is_put_back(place: Workplace) -> None:
    with Llama(dividing_by("4"), Says("It must", finish="length")) as llama:
        told = place.work(Local(llama.endpoint), TASK, check=CHECK)
    assert (place.text("half.py"), told.startswith("I did not manage this")) == (HALF, True)


def test_tests_copied_into_a_new_file_are_left_out(tmp_path: Path) -> None:
    place = Workplace(tmp_path, test_half__py=TEST)
    copied = code(
        "from half import half", "import unittest", "", "", "def half(n):", "    return n / 2", "", "",
        "class TestHalf(unittest.TestCase):", "    def test_half(self):", "        self.assertTrue(half(4))", "", "",
        'if __name__ == "__main__":', "    unittest.main()",
    )  # fmt: skip
    with Llama(copied) as llama:
        place.work(Local(llama.endpoint), "Write half.py with half(n), the half of n.", check=CHECK)
    assert place.text("half.py") == "def half(n):\n    return n / 2\n"


def test_without_a_check_one_change_is_made_and_said_to_be_unchecked(place: Workplace) -> None:
    with Llama(dividing_by("7")) as llama:
        told = place.work(Local(llama.endpoint), TASK)
    assert told == "Changed half.py. Nothing was run to check it: look at the change."
    assert place.calls() == ["read half.py", "edit half.py"]


def test_a_question_is_answered_in_words(place: Workplace) -> None:
    with Llama(Says("It returns a third of n.")) as llama:
        told = place.work(Local(llama.endpoint), "What does half() in half.py do?")
    assert (told, place.calls()) == ("It returns a third of n.", ["read half.py"])
    assert HALF.strip() in llama.questions[0]


def test_a_command_is_thought_of_and_run(place: Workplace) -> None:
    with Llama(Says('{"command": "ls *.py"}')) as llama:
        told = place.work(Local(llama.endpoint), "List the Python files.")
    assert told == "`ls *.py` ended with exit code 0.\nhalf.py\ntest_half.py"
    assert place.calls() == ["glob **/*", "shell ls *.py"]


def test_a_final_request_is_answered_by_rule(place: Workplace) -> None:
    with Llama(dividing_by("2")) as llama:
        provider = Local(llama.endpoint)
        place.work(provider, TASK, check=CHECK)
        reply = place.ask(provider, place.request(check=CHECK, final=True))
    said = f"Task: {TASK}\nChanged half.py.\n`{CHECK}` ended with exit code 0.\n"
    assert (reply.text, reply.calls, reply.usage, len(llama.asked)) == (said, (), Usage(), 1)


def test_usage_is_what_the_server_counted(place: Workplace) -> None:
    with Llama(Says("It is."), Says("It is.")) as llama:
        place.messages.append(User("What is a half?"))
        reply = place.ask(Local(llama.endpoint), place.request())
    assert reply.usage == Usage(input=30, output=10, cache_read=5)


@pytest.mark.parametrize(
    ("answer", "fault", "retry"),
    [
        (Says("The peg-native format does not fit", status=500), "server", "same"),
        (Says("no such key", status=401), "invalid", "never"),
        (Says("the request exceeds the available context size", status=400), "context", "never"),
        (Says("It is", finish=""), "incomplete", "same"),
        (Says("It is", error="slot lost"), "server", "same"),
    ],
)
def test_a_fault_of_the_server(place: Workplace, answer: Says, fault: str, retry: str) -> None:
    place.messages.append(User("What is a half?"))
    with Llama(answer) as llama, pytest.raises(ProviderError) as raised:
        place.ask(Local(llama.endpoint), place.request())
    assert (raised.value.fault, raised.value.retry) == (fault, retry)


def test_a_server_that_is_not_there(place: Workplace) -> None:
    place.messages.append(User("What is a half?"))
    with Llama(Says()) as llama:
        endpoint = llama.endpoint
    with pytest.raises(ProviderError) as raised:
        place.ask(Local(endpoint), place.request())
    assert (raised.value.fault, raised.value.retry) == ("network", "same")


def test_cancelling_cuts_the_answer(place: Workplace) -> None:
    place.messages.append(User("What is a half?"))
    cancellation = Cancellation()
    with Llama(Says("It is", held=True)) as llama:
        deltas = Local(llama.endpoint).stream(SPEC, place.request(), cancellation)
        assert next(deltas) == Text("It is")
        cancellation.cancel()
        with pytest.raises(Interrupted):
            next(deltas)


def test_nothing_is_asked_after_cancelling(place: Workplace) -> None:
    place.messages.append(User("What is a half?"))
    cancellation = Cancellation()
    cancellation.cancel()
    with Llama(Says("It is")) as llama:
        with pytest.raises(Interrupted):
            list(Local(llama.endpoint).stream(SPEC, place.request(), cancellation))
        assert llama.asked == []


def test_a_script_that_judges_is_read_but_not_changed(tmp_path: Path) -> None:
    """A file that is not there yet is written, although the task names the script as well."""
    place = Workplace(tmp_path, check__py="import json\nassert json.load(open('port.json')) == {'port': 80}\n")
    with Llama(Says('```json\n{"port": 80}\n```')) as llama:
        told = place.work(Local(llama.endpoint), "check.py misses port.json: port is 80.", check="python3 -B check.py")
    assert told == "Changed port.json; `python3 -B check.py` passes."


def test_a_script_that_judges_itself_can_be_changed(tmp_path: Path) -> None:
    place = Workplace(tmp_path, count__py="def count():\n    return 2\n\n\nassert count() == 3\n")
    with Llama(Says(code("def count():", "    return 3").text, instead("return 2", "return 3"))) as llama:
        told = place.work(Local(llama.endpoint), "It should count to three.", check="python3 -B count.py")
    assert (place.text("count.py").count("3"), told.endswith("`python3 -B count.py` passes.")) == (2, True)
