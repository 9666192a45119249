"""Files that hold a key: it is not shown, edits around it work, what stands for it is never written in its place."""

from collections.abc import Callable

import pytest
from workspace import Workspace

from droidlite.secrecy import Redaction

KEY = "ghp_canaryCANARY0123456789canaryCANARY01"
SHOWN = "[secret redacted: GitHub token]"
CODE = f'x = 1\nKEY = "{KEY}"\ny = 2\n'


@pytest.fixture
def file(work: Workspace) -> Workspace:
    work.context.printed = Redaction(forms=True)
    work.write("config.py", CODE)
    assert work.call("read", file_path="config.py").content == f'1\tx = 1\n2\tKEY = "{SHOWN}"\n3\ty = 2'
    return work


def test_an_edit_beside_a_key_keeps_every_byte_of_it(file: Workspace) -> None:
    assert not file.call("edit", file_path="config.py", old_string="x = 1", new_string="x = 3").is_error
    assert file.bytes("config.py").decode() == CODE.replace("x = 1", "x = 3")
    patch = "*** Begin Patch\n*** Update File: config.py\n@@\n-y = 2\n+y = 4\n*** End Patch\n"
    assert not file.call("patch", input=patch).is_error
    assert file.bytes("config.py").decode() == CODE.replace("x = 1", "x = 3").replace("y = 2", "y = 4")


def test_a_key_can_be_replaced_by_someone_who_knows_it(file: Workspace) -> None:
    assert not file.call("edit", file_path="config.py", old_string=f'"{KEY}"', new_string="key()").is_error
    assert file.bytes("config.py").decode() == "x = 1\nKEY = key()\ny = 2\n"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("edit", {"file_path": "config.py", "old_string": f'KEY = "{SHOWN}"', "new_string": "KEY = None"}),
        ("edit", {"file_path": "config.py", "old_string": "x = 1", "new_string": f"x = '{SHOWN}'"}),
        ("write", {"file_path": "config.py", "content": CODE.replace(KEY, SHOWN)}),
        ("write", {"file_path": "new.py", "content": "KEY = '[secret redacted]'"}),
        (
            "patch",
            {"input": f'*** Begin Patch\n*** Update File: config.py\n@@\n-y = 2\n+y = "{SHOWN}"\n*** End Patch\n'},
        ),
    ],
)
def test_a_marker_is_never_written(
    tool: str, arguments: dict[str, str], file: Workspace, failing: Callable[..., str]
) -> None:
    name = arguments.get("file_path", "config.py")
    assert failing(tool, **arguments) == (
        f"{name}: the text holds a marker that stands for a secret in the file, which would be lost; leave its line "
        "out, or ask the person to change it."
    )
    assert file.tree() == {"config.py": CODE.encode()}


def test_a_file_that_speaks_of_markers_is_edited_as_any_other(work: Workspace) -> None:
    work.write("docs.md", f"shown as {SHOWN}\n")
    assert not work.call("edit", file_path="docs.md", old_string=f"as {SHOWN}", new_string=f"like {SHOWN}").is_error
    assert work.bytes("docs.md").decode() == f"shown like {SHOWN}\n"


def test_no_command_is_run_that_holds_a_marker(work: Workspace, failing: Callable[..., str]) -> None:
    assert failing("shell", command=f"echo '{SHOWN}' > .env") == (
        "The command holds a marker that stands for a secret; let a program read the secret where it is kept."
    )


def test_a_key_that_comes_in_pieces_is_not_told_while_it_runs(work: Workspace) -> None:
    work.context.printed = Redaction(forms=True)
    head, tail = KEY[:15], KEY[15:]
    outcome = work.call("shell", command=f"printf {head}; sleep 0.3; echo {tail}; echo end")
    assert outcome.content == f"{SHOWN}\nend\n(exit code 0)"
    assert head not in "".join(text for _, text in work.progressed)
