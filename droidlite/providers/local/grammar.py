"""Grammars (GBNF) the model's answers must follow: it can say nothing that cannot be used."""

import json
from collections.abc import Collection, Sequence

from droidlite.providers.local.imports import MODULES
from droidlite.providers.local.regions import indent_of

_TEXT = r'[^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})'
LONGEST = 8
"""Most lines a change by lines may replace at once."""
_PATH = "[A-Za-z0-9_] [A-Za-z0-9_./-]{0,80}"


def code_grammar(language: str, names: Sequence[str] = (), *, reasoned: bool = True, functions: bool = False) -> str:
    """One code block, after a line of prose where it is to be reasoned. Python code that is to define `names` may only
    begin with imports, constants and helpers before one of them: not with tests, which a small model likes to write
    instead. `functions`: all of them are functions."""
    begins = ' early* "\\n"* main' if language == "python" and names else ""
    before = "\\n\\n" if reasoned else ""
    rules = [
        f'root ::= {"prose " if reasoned else ""}"{before}```{language}\\n"{begins} line+ "```"',
        'prose ::= [^`\\n# ] sentence (" " sentence)?',  # ended ones: cut off within one, the code is worse
        "sentence ::= ([^.:!?\\n] | [.:!?] [^ `\\n]){5,260} [.:!?]",
        'line ::= "\\n" | [^`\\n] [^\\n]* "\\n"',
    ]
    if begins:
        modules = " | ".join(_literal(module) for module in MODULES)
        head = '"def "' if functions else '("def " | "class ")'
        wanted = " | ".join(_literal(name) for name in names)
        rules += [
            f"module ::= {modules}",
            'early ::= "\\n" | "import " module "\\n" | "from " module " import " [^\\n]+ "\\n" | constant',
            'constant ::= [A-Z] [A-Z0-9_]* " = " [^\\n]+ "\\n" (("  " | [)}] | "]") [^\\n]* "\\n")*',
            f'main ::= {head} ("_" [a-z_]+ | {wanted}) [(:]',
        ]
    return "\n".join(rules)


def command_grammar() -> str:
    return f'root ::= "{{\\"command\\": \\"" char+ "\\"}}"\nchar ::= {_TEXT}'


def choice_grammar(choices: Sequence[str]) -> str:
    return "root ::= " + " | ".join(_literal(choice) for choice in choices)


def path_grammar() -> str:
    return f"root ::= {_PATH}"


def hole_grammar(language: str) -> str:
    """A code block of one line, or of a few where the one that was left out must become several."""
    return f'root ::= "```{language}\\n" line (line line?)? "```"\nline ::= [ \\t]* [^`\\n \\t] [^\\n]* "\\n"'


def lines_grammar(lines: Sequence[str], places: Collection[int] = (), *, longest: int = LONGEST) -> str:
    """{"old": ..., "new": ...}, where `old` is a run of whole lines that occurs once, without its first line's
    indentation: a chain of rules, each line leading to the next, so that it stays small. It may begin at the lines
    `places` only, if any are given, and is short (`longest` lines): a small model given the choice writes everything
    anew."""
    rules: dict[str, str] = {}
    starts = [start for at in places or range(len(lines)) if (start := _start(lines, at, rules, longest))]
    if not starts:
        return lines_grammar(lines, longest=longest) if places else "root ::= [^\\x00]*"
    head = 'root ::= "{\\"old\\": \\"" old "\\", \\"new\\": \\"" char* "\\"}"'
    chain = [f"{name} ::= {body}" for name, body in rules.items()]
    return "\n".join((head, f"char ::= {_TEXT}", f"old ::= {' | '.join(starts)}", *chain))


def find_run(lines: Sequence[str], old: str) -> tuple[int, int] | None:
    """Where the run of lines begins that a grammar of `lines` calls `old`, and its end; None unless there is one."""
    wanted = old.split("\n")
    found = [
        at
        for at in range(len(lines) - len(wanted) + 1)
        if lines[at].strip() and _dedented(lines[at : at + len(wanted)], indent_of(lines[at])) == wanted
    ]
    return (found[0], found[0] + len(wanted)) if len(found) == 1 else None


def _start(lines: Sequence[str], at: int, rules: dict[str, str], longest: int) -> str:
    """The shortest run from line `at` that occurs once, then as many more lines as wanted; "" if there is none."""
    if not lines[at].strip():
        return ""
    indent, count = indent_of(lines[at]), 1
    while find_run(lines, "\n".join(_dedented(lines[at : at + count], indent))) is None:
        if not _follows(lines, at + count, indent):
            return ""
        count += 1
    fixed = [_literal(_escaped(line) + "\\n") for line in _dedented(lines[at : at + count - 1], indent)]
    return " ".join((*fixed, _chain(lines, at + count - 1, indent, rules, max(1, longest - count + 1))))


def _chain(lines: Sequence[str], at: int, indent: int, rules: dict[str, str], left: int) -> str:
    """The rule for line `at` and up to `left` - 1 more."""
    name = f"l{at}i{indent}n{left}"
    if name not in rules:
        more = left > 1 and _follows(lines, at + 1, indent)
        then = f' ("\\\\n" {_chain(lines, at + 1, indent, rules, left - 1)})?' if more else ""
        rules[name] = _literal(_escaped(_dedented([lines[at]], indent)[0])) + then
    return name


def _follows(lines: Sequence[str], at: int, indent: int) -> bool:
    return at < len(lines) and (not lines[at].strip() or indent_of(lines[at]) >= indent)


def _dedented(lines: Sequence[str], indent: int) -> list[str]:
    return [line[indent:] if line.strip() else "" for line in lines]


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
