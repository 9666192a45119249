"""Says what is broken in a changed file before anybody is asked to run it."""

import ast
import json
import re
import tomllib
import warnings

from droidlite.regex import regex

_REGEX = regex(r"(?:^|[=(,:\[!&|?{;+>]|\b(?:return|typeof|case))\s*/(?![/*])(?:\\.|[^/\\\n])+/", re.MULTILINE)
"""What may be a regular expression, where brackets and quotes need not match."""
_PAIRS = {")": "(", "]": "[", "}": "{"}


def find_problem(path: str, text: str, before: str = "") -> str:
    """One sentence on what is wrong with `text`, or "". `before` is the text it takes the place of: what was
    already broken there is not held against the new text."""
    problem = _problem(path, text)
    return "" if problem and before and _problem(path, before) else problem


def _problem(path: str, text: str) -> str:
    ending = path.rsplit(".", 1)[-1].lower()
    try:
        match ending:
            case "py" | "pyi":
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    ast.parse(text)
            case "json":
                json.loads(text)
            case "toml":
                tomllib.loads(text)
            case "csv" | "tsv":
                return _columns(text, "\t" if ending == "tsv" else ",")
            case "js" | "mjs" | "cjs" | "ts" | "go" | "rs" | "c" | "cpp" | "java" | "css":
                return _balance(text)
    except SyntaxError as error:
        return f"Syntax error in line {error.lineno}: {error.msg}."
    except ValueError as error:
        return f"It is not valid {ending.upper()}: {error}."
    except (RecursionError, MemoryError):
        return "It is nested too deeply."
    return ""


def _columns(text: str, separator: str) -> str:
    rows = [row.count(separator) for row in text.splitlines() if row.strip() and '"' not in row]
    return "The rows have different numbers of columns." if len(set(rows)) > 1 else ""


def _balance(text: str) -> str:
    """Brackets that do not match, outside comments and strings (regular expressions are not understood)."""
    bare = re.sub(
        r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", " ", text, flags=re.S
    )
    if _REGEX.search(re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.S)):
        return ""
    stack: list[str] = []
    for sign in bare:
        if sign in "([{":
            stack.append(sign)
        elif sign in ")]}" and (not stack or stack.pop() != _PAIRS[sign]):
            return f"The brackets do not match: {sign} is one too many."
    return f"The brackets do not match: {stack[-1]} is not closed." if stack else ""
