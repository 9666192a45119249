"""Commands about what was changed and said: show it, take it back, sum it up."""

from droidlite.errors import UsageError
from droidlite.sanitise import clean_line
from droidlite.tool import Diff
from droidlite.ui.asking import Asking, Option
from droidlite.ui.choosing import Item, pick_from
from droidlite.ui.commands.host import Host
from droidlite.ui.wording import counted


def compact(host: Host, words: str) -> None:
    host.show(host.conversation.compact())


def rewind(host: Host, words: str) -> None:
    if words == "undo":
        told = host.conversation.undo_rewind()
        host.say(host.painter.text("\n".join([*told, "the rewind is taken back"]), "dim"))
        return
    if words:
        raise UsageError("/rewind asks what to go back to; /rewind undo takes the last one back.")
    rows = tuple(reversed(host.conversation.turns()))
    items = [Item(row.turn, (clean_line(row.text, 120), counted(row.files, "file") + " changed since")) for row in rows]
    turn = host.ask(pick_from("Rewind to just before", items))
    if turn is None:
        return
    preview = tuple(clean_line(line, 200) for line in host.conversation.preview_rewind(turn))
    options = (Option("Rewind files and conversation", "yes"), Option("Leave all as it is", "no"))
    answer, _ = host.ask(Asking(title="Rewind?", body=preview, options=options, left=("no", ""), leaving="cancel"))
    if answer == "yes":
        rewound = host.conversation.rewind(turn)
        host.fill(rewound.prompt)
        if rewound.told:
            host.say(host.painter.text("\n".join(clean_line(line, 400) for line in rewound.told), "yellow"))
        done = "rewound; your message is below, to edit and send again (/rewind undo takes this back)"
        host.say(host.painter.text(done, "dim"))


def diff(host: Host, words: str) -> None:
    patch = host.conversation.diff()
    if not patch.strip():
        host.say(host.painter.text("nothing changed in this session", "dim"))
        return
    for part in ("\n" + patch).split("\ndiff ")[1:] or [patch]:
        title = next((line[4:] for line in part.splitlines() if line.startswith("+++ ")), "")
        host.say(
            "\n" + host.painter.text(title.removeprefix("b/"), "bold") + host.painter.diff(Diff(title, part), most=400)
        )
