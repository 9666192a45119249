"""A question aside: answered with the conversation as its context, and no part of it before or after."""

from droidlite.agent.attempts import same_model
from droidlite.agent.driver import Driver
from droidlite.agent.prompt import read_prompt
from droidlite.app.aside import unseen
from droidlite.app.session import Parts
from droidlite.cancellation import Cancellation
from droidlite.types import Assistant, Message, User
from droidlite.ui.conversation import Answered


def ask_beside(parts: Parts, question: str, cancellation: Cancellation) -> Answered:
    """Asks the model of the session, on its budget. The request extends what was sent before word for word, with the
    same tools, effort and limits, so that the cache serves it; the conversation is not touched, and may go on meanwhile
    in another thread. Raises CapReached before anything is sent, ProviderError, Interrupted."""
    driver, transcript = parts.agent.driver, parts.agent.transcript
    before = answered(transcript.messages) or (User(parts.opening),)
    asked = User(read_prompt("btw").format(question=question))
    asking = transcript.aside((*before, parts.context.redaction.value(asked)))
    route = driver.route
    writer = Driver(route, driver.budget, cancellation, failover=same_model(route.failover), effort=driver.effort)
    reply, cost = unseen(writer.complete(asking))
    return Answered(parts.context.redaction.text(_words(reply)), cost)


def answered(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Without the newest reply where its calls still run: nothing may follow it before their results."""
    last = messages[-1] if messages else None
    return messages[:-1] if isinstance(last, Assistant) and last.calls else messages


def _words(reply: Assistant) -> str:
    if reply.text.strip() or not reply.calls:
        return reply.text.strip()
    names = ", ".join(dict.fromkeys(call.name for call in reply.calls))
    return f"It would have to look first ({names}), which it cannot do aside; ask in the conversation."
