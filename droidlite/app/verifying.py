"""Runs prompts until their check passes: its result goes back to the model, then to the next model of the plan."""

from collections.abc import Generator
from typing import Any

from msgspec import Struct, structs

from droidlite.agent.loop import Agent
from droidlite.agent.prompt import read_prompt
from droidlite.app.baseline import Before
from droidlite.app.checking import Checker
from droidlite.app.escalating import Escalation
from droidlite.app.integrity import Finding, examine
from droidlite.app.touching import Touch, differing, stamps_of
from droidlite.checks.snapshot import compare
from droidlite.checks.verdict import Ran, Verdict, judge, sentence
from droidlite.errors import CapReached, Interrupted, VerifyFailed
from droidlite.events import BaselineTaken, Event, VerifyFinished, VerifyFound, VerifyStarted, Warned
from droidlite.result import VerifyResult
from droidlite.sanitise import fenced
from droidlite.session.records import Verified
from droidlite.types import User

UNTOUCHED = "Nothing was changed, so it passes as it was: there was nothing to verify."
TOLD_CHARACTERS = 8_000
"""Of a check's output that the model reads: a quarter from its beginning, the rest from its end."""


class Verification(Struct, frozen=True, kw_only=True):
    """How a check went and what that means. `tampered`: files of its own without whose change it does not pass;
    `flaky`: tests that failed and then passed without a change; `failing`: those that count against it."""

    command: str
    exit_code: int | None
    output: str
    passed: bool
    reason: str = ""
    unproven: bool = False
    failing: tuple[str, ...] = ()
    tampered: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    seconds: float = 0.0

    def error(self) -> VerifyFailed | None:
        """None where it passed."""
        if self.passed:
            return None
        if self.tampered:
            files = sentence(self.tampered)
            return VerifyFailed(f"`{self.command}` passes only with changes to its own files ({files}): not verified.")
        why = f" {self.reason}" if self.reason else ""
        return VerifyFailed(f"`{self.command}` still fails.{why}")

    def as_result(self) -> VerifyResult:
        """As scripts are told."""
        return VerifyResult(**{name: value for name, value in structs.asdict(self).items() if name != "seconds"})


class Verifier:
    """Runs the prompts of one session under its check; `last` is how that went for the newest one. A failed check goes
    back to each model `rounds` times, once where it changes nothing then, and after that to the next model of the plan;
    to none where nothing can be changed. It runs again only where something may be other than when it last ran."""

    def __init__(self, agent: Agent, checker: Checker, escalation: Escalation, *, before: Before, rounds: int) -> None:
        self._agent, self._checker, self._escalation, self._most = agent, checker, escalation, rounds
        self._before, self._touch = before, Touch(agent.toolbox, checker.context.root)
        self._prompt, self._idle = "", False
        self._rounds, self._at, self._asked = 0, 0, -1
        self._told: set[str] = set()
        self._changes: tuple[str, ...] = ()
        self.last: Verification | None = None

    @property
    def command(self) -> str:
        return self._checker.check.command

    def run(self, user: User) -> Generator[Event, None, str]:
        """Answers `user`; returns the last answer. At a cap what there is is checked once. Raises what Agent.run
        raises."""
        self.last, self._prompt = None, user.text
        self._rounds, self._at, self._asked, self._idle = 0, len(self._agent.driver.switches), -1, False
        self._touch.begin()
        yield from self._tell_found()
        self._before.begin()
        try:
            answer = yield from self._work(user)
        except CapReached:
            if self.last is None or self._touch.since_check():
                yield from self._verify()
            raise
        finally:
            self._before.wait()
        self._before.leave()
        return answer

    def _work(self, user: User) -> Generator[Event, None, str]:
        answer = yield from self._before.held(self._agent.run(user), self._touch.note)
        found = yield from self._verify()
        while not found.passed and not (yield from self._in_vain()) and self._goes_on():
            answer = yield from self._before.held(self._agent.run(_told(found), host=True), self._touch.note)
            self._idle = not self._touch.since_check()
            found = found if self._idle else (yield from self._verify())
        return answer

    def _in_vain(self) -> Generator[Event, None, bool]:
        """Whether another try cannot change anything: then it is told why, and nobody is paid for it."""
        why = self._touch.why_nothing(tried=self._idle)
        if why and self.last is not None:
            self.last = structs.replace(self.last, reason=f"{self.last.reason} {why}".strip())
            yield Warned(why)
        return bool(why)

    def _goes_on(self) -> bool:
        switches = len(self._agent.driver.switches)
        if switches != self._at:
            self._at, self._rounds, self._idle = switches, 0, False
        if self._rounds < self._most and not self._idle:  # a second telling of the same has nothing new in it
            self._rounds += 1
            return True
        if self._asked == switches:  # the next model was called for, and did not come
            return False
        self._asked = switches
        return self._escalation.after_failed_check()

    def _verify(self) -> Generator[Event, None, Verification]:
        self._before.wait()
        command = self._checker.check.command
        yield from self._tell_baseline()
        yield VerifyStarted(command)
        run, verdict, flaky, seconds = self._run()
        if self._checker.context.cancellation.cancelled:
            raise Interrupted
        finding = self._examined() if verdict.passed else Finding()
        found = _found(command, run, verdict, finding)
        self.last = Verification(**found, flaky=flaky, seconds=seconds)
        self._record(self.last)
        yield from self._warnings(self.last)
        yield _finished(self.last)
        if self._checker.context.cancellation.cancelled:
            raise Interrupted
        return self.last

    def _run(self) -> tuple[Ran, Verdict, tuple[str, ...], float]:
        """A run, what it says, which tests are flaky, and the seconds all of it took. A failed one is repeated once."""
        before = self._before.ran
        if before is not None and not self._before.touched and before.exit_code is not None:
            self._touch.checked()
            return before, self._judge(before), (), before.seconds
        root = self._checker.context.root
        files = stamps_of(root)
        run = self._checker.run()
        verdict, seconds = self._judge(run), run.seconds
        if verdict.passed and not self._before.touched and self._before.ran is None:
            verdict = structs.replace(verdict, unproven=True, reason=UNTOUCHED)
        after = stamps_of(root)
        self._changes = differing(files, after)
        self._touch.checked(after)
        if verdict.passed or run.exit_code in (None, 126, 127) or self._checker.context.cancellation.cancelled:
            return run, verdict, (), seconds
        again = self._checker.run()
        self._touch.checked()
        second = self._judge(again)
        if not second.passed:
            return run, verdict, (), seconds + again.seconds
        return again, second, verdict.failing or ("tests that are not named",), seconds + again.seconds

    def _judge(self, run: Ran) -> Verdict:
        return judge(run, self._before.ran, self._prompt)

    def _examined(self) -> Finding:
        then = self._before.snapshot
        if then is None:
            return Finding()
        changed = compare(then, self._before.now())
        return examine(self._checker, then, changed, self._judge, prompt=self._prompt)

    def _record(self, found: Verification) -> None:
        self._agent.transcript.journal.append(
            Verified(
                command=found.command,
                exit_code=found.exit_code,
                seconds=found.seconds,
                passed=found.passed,
                unproven=found.unproven,
                failing=found.failing,
                tampered=found.tampered,
                flaky=found.flaky,
            )
        )

    def _tell_found(self) -> Generator[Event, None, None]:
        check = self._checker.check
        if check.auto and "found" not in self._told:
            self._told.add("found")
            yield VerifyFound(command=check.command, why=check.why)

    def _tell_baseline(self) -> Generator[Event, None, None]:
        check, before = self._checker.check, self._before.ran
        if not check.auto or "baseline" in self._told:
            return
        self._told.add("baseline")
        code, tests = (before.exit_code, before.tests) if before else (None, None)
        failing = tuple(sorted(tests.failing)) if tests else ()
        seconds = before.seconds if before else 0.0
        yield BaselineTaken(command=check.command, exit_code=code, failing=failing, seconds=seconds)

    def _warnings(self, found: Verification) -> Generator[Event, None, None]:
        snapshot = self._before.snapshot
        notes = {
            "flaky": f"Flaky: {sentence(found.flaky)} failed, and passed when run again without a change."
            if found.flaky
            else "",
            "changes": f"The check itself changes files: {sentence(self._changes)}." if self._changes else "",
            "partial": "The folder is too large to watch all of the check's files."
            if snapshot is not None and snapshot.partial
            else "",
        }
        for name, text in notes.items():
            if text and name not in self._told:
                self._told.add(name)
                yield Warned(text)


def _found(command: str, run: Ran, verdict: Verdict, finding: Finding) -> dict[str, Any]:
    return {
        "command": command,
        "exit_code": run.exit_code,
        "output": finding.output or run.output,
        "passed": verdict.passed and not finding.tampered,
        "reason": finding.reason or verdict.reason,
        "unproven": verdict.unproven or finding.unproven,
        "failing": verdict.failing,
        "tampered": finding.tampered,
    }


def _finished(found: Verification) -> VerifyFinished:
    return VerifyFinished(
        command=found.command,
        exit_code=found.exit_code,
        output=found.output,
        seconds=found.seconds,
        passed=found.passed,
        reason=found.reason,
        tampered=found.tampered,
        flaky=found.flaky,
        failing=found.failing,
    )


def _told(found: Verification) -> User:
    """What the model is told of a check that is not met."""
    output = bounded(found.output)
    if found.tampered:
        text = read_prompt("check_tampered")
        return User(text.format(check=found.command, files=sentence(found.tampered), output=fenced(output)))
    output = f"{found.reason}\n\n{output}" if found.reason else output
    return User(read_prompt("check_failed").format(check=found.command, output=fenced(output)))


def bounded(text: str, most: int = TOLD_CHARACTERS) -> str:
    """Head and tail of `text`, and how much is missing between them."""
    if len(text) <= most:
        return text
    head, tail = text[: most // 4], text[-(most - most // 4) :]
    return f"{head}\n\n... {len(text) - len(head) - len(tail)} characters left out ...\n\n{tail}"
