"""Commands that ask the model in words of ours, or aside."""

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.ui.commands.host import Host
from droidlite.ui.conversation import Asked
from droidlite.ui.wording import dollars


def review(host: Host, words: str) -> None:
    _show(host, host.conversation.review(words))


def init(host: Host, words: str) -> None:
    if words:
        raise UsageError("/init takes nothing: it writes AGENTS.md from the repository.")
    _show(host, host.conversation.init())


def _show(host: Host, asked: Asked) -> None:
    host.say(host.painter.text(clean_line(asked.told, 400), "dim"))
    host.show(asked.events)


def btw(host: Host, words: str) -> None:
    if not words:
        raise UsageError("/btw takes a question, such as: /btw what does the -x flag do?")
    painter = host.painter
    host.say("\n" + painter.hanging("? ", "dim", clean_line(words, 400), "dim"))
    answer = host.conversation.btw(words)
    host.say("\n" + painter.markdown(answer.text or "(no answer)", "  "))
    host.say(painter.text(f"{dollars(answer.cost_usd)} aside; it is no part of the conversation", "dim", "  "))
