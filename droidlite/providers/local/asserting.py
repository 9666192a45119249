"""Says a failed assertion of Python's unittest as a sentence: what a call gave and what was wanted."""

import ast

from droidlite.regex import regex

_DIFFERS = regex(r"AssertionError: (?:\w+ differ: )?(.+) != (.+)")
_IS_NOT = regex(r"AssertionError: (.+) is not (true|false)(?: : (.*))?")
_WANTED = {"true": "True", "false": "False"}


def told(asserted: str, error: str) -> str:
    """`asserted` is the line of the test, `error` the line that says how it failed; "" where they are of another
    kind, or shortened."""
    arguments = _arguments(asserted)
    if not arguments or " chars]" in error:
        return ""
    if (differs := _DIFFERS.fullmatch(error)) and len(arguments) > 1:
        got, wanted = differs[1], differs[2]
        call = arguments[0]
        if not isinstance(call, ast.Call) and isinstance(arguments[1], ast.Call):
            call, got, wanted = arguments[1], wanted, got
        return f"{ast.unparse(call)} gives {got} but must give {wanted}"
    if is_not := _IS_NOT.fullmatch(error):
        of = f", for {is_not[3]!r}" if is_not[3] else ""
        return f"{ast.unparse(arguments[0])} gives {is_not[1]} but must give {_WANTED[is_not[2]]}{of}"
    return ""


def _arguments(line: str) -> list[ast.expr]:
    if not line.lstrip().startswith("self.assert"):
        return []
    try:
        statement = ast.parse(line.strip()).body[0]
    except SyntaxError:
        return []
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return statement.value.args
    return []
