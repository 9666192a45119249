"""An audit at 80 and 120 columns: every word of a command, nothing that steers the terminal."""

import pytest

from droidlite.ui.audit import AuditRow, audit_lines

ROWS = (
    AuditRow(1796054445.0, 0, "opened", "droidlite 0.1.0", ("autonomy low",)),
    AuditRow(
        1796054446.0, 1, "run", "echo \x1b]0;t\x07\u202e" + " " * 60 + "rm -rf x\nnext",
        ("allowed: you, once", "exit 0"),
    ),
    AuditRow(0.0, 12, "write", "a.py", ("done",)),
    AuditRow(1796140900.0, 12, "run", "curl x", ("refused: you said no: later",), refused=True),
)  # fmt: skip


def test_at_80_columns() -> None:
    assert list(audit_lines(("Session s", "1 command"), ROWS, 80)) == [
        "Session s",
        "1 command",
        "",
        "2026-11-30 UTC",
        "16:00:45    -    opened    droidlite 0.1.0",
        "                           autonomy low",
        "16:00:46    1    run       echo ␛]0;t␇<U+202E>                                  ",
        "                                                     rm -rf x⏎next",
        "                           allowed: you, once · exit 0",
        "-          12    write     a.py",
        "                           done",
        "",
        "2026-12-01 UTC",
        "16:01:40   12  x run       curl x",
        "                           refused: you said no: later",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_and_no_word_is_lost(width: int) -> None:
    lines = list(audit_lines((), ROWS, width))
    assert max(map(len, lines)) <= max(width, 47)
    assert "".join(" ".join(lines).split()).count("rm-rfx⏎next") == 1
