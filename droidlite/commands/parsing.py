"""Reads shell text into the exact words that would run, and says when it cannot: anything unknown is not understood."""

import re
import shlex
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from droidlite.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MOST_COMMANDS = 50
MOST_CHARACTERS = 10_000
UNKNOWN = "\0"
"""Stands for a word whose value only the shell would know."""
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks that take no ink, though their category does not say so (Default_Ignorable_Code_Point, braille)."""
_PADDING = regex(r"[ \t]{100}|\n{20}")
_TRANSPARENT = frozenset({"program", "list", "pipeline", "subshell", "redirected_statement", "negated_command"})
_SIGNS = frozenset({";", "\n", "&&", "||", "|", "|&", "(", ")"})
_LITERALS = frozenset({"word", "raw_string", "string", "concatenation", "number"})
_NAMES = {
    "ansi_c_string": "a $'...' string",
    "arithmetic_expansion": "arithmetic, $((...))",
    "brace_expression": "a {a..b} range",
    "c_style_for_statement": "a for loop",
    "case_statement": "a case statement",
    "command_substitution": "a command within a command, $(...)",
    "compound_statement": "a group of commands in braces",
    "declaration_command": "a declaration such as export",
    "expansion": "the value of a variable",
    "for_statement": "a for loop",
    "function_definition": "a function that it defines",
    "heredoc_redirect": "a here-document, <<",
    "herestring_redirect": "a here-string, <<<",
    "if_statement": "an if statement",
    "process_substitution": "the output of a command as a file, <(...)",
    "simple_expansion": "the value of a variable",
    "test_command": "a test in brackets",
    "unset_command": "unset",
    "variable_assignment": "a variable that it sets",
    "while_statement": "a loop",
}
_REDIRECTS = frozenset({">", ">>", "<", "&>", "&>>", ">&", "<&"})


class Redirect(Struct, frozen=True):
    """`sign` as written (without a descriptor) and the file or descriptor it goes to."""

    sign: str
    target: str


class Reading(Struct, frozen=True):
    """Shell text taken apart. `commands` holds the words of every simple command found at any depth, UNKNOWN where a
    word is not literal; `assignments` the NAME=value prefixes; `globs` the words the shell would expand to file names.
    `why_not` says why the text is not fully understood ("" = it is); `opaque`: commands may be missing altogether."""

    commands: tuple[tuple[str, ...], ...] = ()
    redirects: tuple[Redirect, ...] = ()
    assignments: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    why_not: str = ""
    opaque: bool = False


@lru_cache(maxsize=32)
def read_command(text: str) -> Reading:
    """What `text` would run. Never raises."""
    trouble = _unreadable(text)
    if trouble:
        return Reading(why_not=trouble, opaque=True)
    reader = _Reader()
    try:
        reader.visit(_parser().parse(text.encode("utf-8")).root_node)
    except RecursionError:
        return Reading(why_not="it is nested too deeply", opaque=True)
    why_not = reader.why_not
    if not why_not and len(reader.commands) > MOST_COMMANDS:
        why_not = f"it holds more than {MOST_COMMANDS} commands"
    if not why_not and not reader.agrees_with(text):
        why_not = "two ways of reading its words disagree"
        reader.opaque = True
    return Reading(
        commands=tuple(reader.commands),
        redirects=tuple(reader.redirects),
        assignments=tuple(reader.assignments),
        globs=tuple(reader.globs),
        why_not=why_not,
        opaque=reader.opaque,
    )


def _unreadable(text: str) -> str:
    """Why the text is not even parsed."""
    if not text.strip():
        return "it is empty"
    if len(text) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    if any(_is_hidden(character) for character in text):
        return "it holds invisible or control characters"
    return "it is padded with blanks" if _PADDING.search(text) else ""


def _is_hidden(character: str) -> bool:
    if character in " \n\t":
        return False
    if character in _UNSEEN or "\ufe00" <= character <= "\ufe0d" or character >= "\U000e0000":
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp")


def _parser() -> "Parser":
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


class _Reader:
    """Walks the tree; whatever it does not know by name makes the whole text not understood."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, ...]] = []
        self.redirects: list[Redirect] = []
        self.assignments: list[str] = []
        self.globs: list[str] = []
        self.words: list[str] = []
        self.why_not = ""
        self.opaque = False
        self.commented = False

    def visit(self, node: "Node") -> None:
        if node.is_error or node.is_missing:
            self._give_up("it is not valid shell", opaque=True)
        elif node.type == "command":
            self._command(node)
        elif node.type == "file_redirect":
            self._redirect(node)
        elif node.type in _TRANSPARENT:
            for child in node.children:
                self.visit(child)
        elif node.type == "comment":
            self.commented = True
        elif node.type == "!":
            self.words.append("!")
        elif node.type not in _SIGNS:
            self._give_up(f"it uses {_named(node.type)}")
            self._nested(node)

    def agrees_with(self, text: str) -> bool:
        """Whether a second, independent reader finds the same words in the same order."""
        lexer = shlex.shlex(text.replace("\\\n", ""), posix=True, punctuation_chars="();<>|&")
        lexer.commenters = "#" if self.commented else ""
        lexer.whitespace_split = True
        try:
            tokens = list(lexer)
        except ValueError:
            return False
        return _comparable(tokens) == _comparable(self.words)

    def _command(self, node: "Node") -> None:
        argv: list[str] = []
        for child in node.children:
            if child.type == "variable_assignment":
                self._assignment(child)
            elif child.type == "command_name":
                argv.append(self._word(child.children[0] if child.child_count else child))
            elif child.type == "file_redirect":
                self._redirect(child)
            elif child.type in _LITERALS:
                argv.append(self._word(child))
            else:
                argv.append(self._unknown_word(child))
        if not argv:
            self._give_up("it sets variables")
            return
        if argv[0] == UNKNOWN:
            self._give_up("a command's name is not literal", opaque=True)
        self.commands.append(tuple(argv))

    def _assignment(self, node: "Node") -> None:
        value = node.child_by_field_name("value")
        name = _text(node.child_by_field_name("name"))
        self.assignments.append(f"{name}={'' if value is None else self._value(value)}")
        self.words.append(self.assignments[-1])

    def _redirect(self, node: "Node") -> None:
        signs = [child.type for child in node.children if child.type in _REDIRECTS]
        target = node.child_by_field_name("destination")
        unknown = [
            child.type
            for child in node.children
            if child.type not in _REDIRECTS and child.type not in _LITERALS and child.type != "file_descriptor"
        ]
        if len(signs) != 1 or target is None or unknown:
            self._give_up("it uses an unusual redirection")
            self._nested(node)
            return
        descriptor = next((_text(child) for child in node.children if child.type == "file_descriptor"), "")
        self.words += [descriptor] if descriptor else []
        self.redirects.append(Redirect(signs[0], self._word(target)))

    def _word(self, node: "Node") -> str:
        """The literal value of a word, recorded for the comparison; UNKNOWN when it has none."""
        value = self._value(node)
        self.words.append(value)
        return value

    def _value(self, node: "Node") -> str:
        value = _literal(node)
        if value is None:
            self._give_up("a word depends on what the shell expands")
            self._nested(node)
            return UNKNOWN
        if _has_glob(node):
            self.globs.append(value)
        return value

    def _unknown_word(self, node: "Node") -> str:
        self._give_up(f"it uses {_named(node.type)}")
        self._nested(node)
        return UNKNOWN

    def _nested(self, node: "Node") -> None:
        """Commands inside what is not understood: a denied one must still be found."""
        for child in node.children:
            if child.type == "command":
                self._command(child)
            elif child.is_error or child.is_missing:
                self._give_up("it is not valid shell", opaque=True)
            else:
                self._nested(child)

    def _give_up(self, reason: str, *, opaque: bool = False) -> None:
        self.why_not = self.why_not or reason
        self.opaque = self.opaque or opaque


def _literal(node: "Node") -> str | None:
    """What a word is worth after the shell removed its quotes; None when only the shell can say."""
    text = _text(node)
    match node.type:
        case "word" | "number":
            return _unquoted(text) if not node.children else None
        case "raw_string":
            return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == "'" else None
        case "string":
            plain = all(child.type in ("string_content", '"', "$") for child in node.children)
            return _double_quoted(text[1:-1]) if plain and text[:1] == text[-1:] == '"' else None
        case "concatenation":
            if any(a.end_byte != b.start_byte for a, b in zip(node.children, node.children[1:], strict=False)):
                return None
            pieces = [_literal(child) if child.type in _LITERALS else None for child in node.children]
            return None if None in pieces or not pieces else "".join(piece or "" for piece in pieces)
    return None


def _unquoted(text: str) -> str | None:
    bare = re.sub(r"\\.", "", text, flags=re.DOTALL)
    if re.search(r"[$`{}\"'<>|&;()\n\\]", bare):
        return None
    return re.sub(r"\\(.)", lambda found: "" if found[1] == "\n" else found[1], text, flags=re.DOTALL)


def _double_quoted(text: str) -> str | None:
    bare = re.sub(r"\\.", "", text, flags=re.DOTALL)
    if re.search(r"[`\"]|\$(?![ |]|$)", bare):
        return None
    return re.sub(r"\\([$`\"\\\n])", lambda found: "" if found[1] == "\n" else found[1], text)


def _has_glob(node: "Node") -> bool:
    if node.type == "word":
        return bool(re.search(r"[*?\[]", re.sub(r"\\.", "", _text(node), flags=re.DOTALL)))
    return node.type == "concatenation" and any(_has_glob(child) for child in node.children)


def _comparable(words: list[str]) -> list[str]:
    """Words without backslashes (readers differ on them inside quotes) and without operators."""
    bare = (word.replace("\\", "") for word in words)
    return [word for word in bare if word.strip("();<>|&")]


def _text(node: Any) -> str:
    return "" if node is None or node.text is None else node.text.decode("utf-8")


def _named(kind: str) -> str:
    """A kind of node as a person calls it; one without a name here by the grammar's own, or as it is written."""
    if kind in _NAMES:
        return _NAMES[kind]
    return f"'{kind}'" if not kind.replace("_", "").isalpha() else kind.replace("_", " ")
