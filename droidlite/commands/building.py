"""Which commands build, test, format or change the tree in ways that stay on this machine and can be undone."""

import re
from collections.abc import Callable

from droidlite.commands.gitcommands import can_be_undone
from droidlite.commands.options import Options, names, stray
from droidlite.commands.reading import sed_trouble
from droidlite.regex import regex

_LEAVES = regex(
    r"(^|[-:_.])(install|uninstall|deploy|publish|release|upload|push|login|adduser|provision|clean|distclean|destroy)"
    r"($|[-:_.])"
)
"""Targets and scripts whose names say they leave the tree or throw work away."""
_MODULES = names("black compileall doctest flake8 isort json.tool mypy pytest ruff unittest")
_FILES = {
    "cp": Options(short="aprRfinvuT", long=names("--recursive --verbose --no-clobber"), values="t"),
    "mkdir": Options(short="pv", long=names("--parents --verbose"), values="m"),
    "mv": Options(short="finvuT", long=names("--verbose --no-clobber"), values="t"),
    "rmdir": Options(short="pv"),
    "tee": Options(short="ai", long=names("--append")),
    "touch": Options(short="acm", values="dt"),
}
_TOOLS = names(
    "black clang-format ctest eslint flake8 gofmt isort jest mocha mypy prettier py.test pytest ruff rustfmt "
    "shellcheck stylelint tsc vitest"
)
_TOOL_UNSAFE = regex(
    r"--?(basetemp|install|python|pdb|init|exec|rulesdir|resolve-plugins|config=\{|globals|pre-?command|runner|launch"
    r"|output-file|debug|inspect|loader|require|import)|.*://"
)
_CARGO = Options(
    short="vqr",
    long=names(
        "--release --lib --bins --tests --all --workspace --all-features --no-default-features "
        "--no-run --offline --locked --quiet --verbose --all-targets --doc --check --features "
        "--package --bin --test --example --no-fail-fast --message-format"
    ),
    values="pj",
)
_GO = regex(
    r"-(v|race|short|cover|failfast|json|n|x|a|i|vet=off|(count|timeout|run|bench|cpu|parallel|p|tags|coverprofile|o)(=.*)?)"
)
_MAKE = regex(r"-(j\d*|k|s|n|i|B|w|C)|--(jobs(=\d+)?|keep-going|silent|dry-run|always-make|no-print-directory)|\d+")
_MAVEN = regex(
    r"test|compile|package|verify|check|build|assemble|classes|testClasses|-q|-o|-B|--offline|--quiet|-Dtest=[\w.#*,]+"
)

Check = Callable[[tuple[str, ...]], str]


def stays_and_undoes(argv: tuple[str, ...]) -> str:
    """ "" when the command is known to stay on this machine and be undoable, else why not."""
    name = _name(argv[0])
    if name in _FILES:
        found = stray(argv, _FILES[name])
        return f"{name} {found} is not known to be undoable" if found else ""
    if name in _TOOLS:
        return runs_other_code(name, argv[1:])
    if name == "git":
        return can_be_undone(argv)
    check = _CHECKS.get(name)
    if check is None and name.startswith("./"):  # a program of the tree, like any script of it
        return f"{name} may leave the tree" if _leaves(name) else ""
    return check(argv) if check else f"{argv[0]} is not known to stay on this machine and be undoable"


def runs_other_code(name: str, words: tuple[str, ...]) -> str:
    """ "" when no option among `words` makes a known tool run code from elsewhere, else which."""
    bad = next((word for word in words if _TOOL_UNSAFE.match(word)), "") if name in _TOOLS else ""
    return f"{name} {bad} may run other code or lose files" if bad else ""


def _name(word: str) -> str:
    """The program's name; those of a virtual environment or node_modules in the tree count as the program itself."""
    found = re.fullmatch(r"(?:\./)?(?:\.?v?env|node_modules)/\.?bin/([\w.-]+)", word)
    return found[1] if found else word


def _leaves(path: str) -> bool:
    return bool(_LEAVES.search(path.rpartition("/")[2]))


def _python(argv: tuple[str, ...]) -> str:
    rest = argv[1:]
    while rest and rest[0] in ("-u", "-B", "-O", "-s", "-E", "-I", "-v", "-q"):
        rest = rest[1:]
    if rest[:1] == ("-m",):
        if rest[1:2] and rest[1] in _MODULES:
            bad = next((word for word in rest[2:] if _TOOL_UNSAFE.match(word)), "")
            return f"python -m {rest[1]} {bad} may run other code" if bad else ""
        return "python -m runs any module"
    if not rest or not re.fullmatch(r"\w[\w./-]*\.py|\./[\w./-]+\.py", rest[0]):
        return "python runs code that is not a file of the tree"
    return f"{rest[0]} may leave the tree" if _leaves(rest[0]) or rest[0].endswith("setup.py") else ""


def _script(*endings: str) -> Check:
    def check(argv: tuple[str, ...]) -> str:
        fine = len(argv) > 1 and argv[1].endswith(endings) and not argv[1].startswith("-") and not _leaves(argv[1])
        return "" if fine else f"{argv[0]} runs code that is not a file of the tree"

    return check


def _node(argv: tuple[str, ...]) -> str:
    if argv[1:2] == ("--test",) and not any(word.startswith("-") for word in argv[2:]):
        return ""
    return _script(".js", ".mjs", ".cjs")(argv)


def _make(argv: tuple[str, ...]) -> str:
    for word in argv[1:]:
        if word.startswith("-"):
            if not _MAKE.fullmatch(word):
                return f"make {word} may run other code"
        elif not re.fullmatch(r"[\w./-]+", word) or _leaves(word):
            return f"make {word} may leave the tree or lose work"
    return ""


def _npm(argv: tuple[str, ...]) -> str:
    rest = argv[1:]
    if rest[:1] in (("run",), ("run-script",)) and len(rest) > 1:
        rest = rest[1:]
    elif rest[:1] not in (("test",), ("t",), ("build",), ("lint",)):
        return f"{argv[0]} {' '.join(rest[:1])} may install or publish packages"
    before = rest[: rest.index("--")] if "--" in rest else rest
    bad = any(word.startswith("-") and word not in ("-s", "--silent", "--if-present") for word in before)
    if bad or _LEAVES.search(rest[0]) or not re.fullmatch(r"[\w:.-]+", rest[0]):
        return f"{argv[0]} {rest[0]} may leave the tree"
    return ""


def _cargo(argv: tuple[str, ...]) -> str:
    if argv[1:2] and argv[1] in ("build", "b", "check", "c", "test", "t", "clippy", "fmt", "run", "r", "bench", "doc"):
        before = argv[1 : argv.index("--")] if "--" in argv else argv[1:]
        found = stray(before, _CARGO)
        return f"cargo {found} may run other code" if found else ""
    return "cargo with this command may leave the tree"


def _go(argv: tuple[str, ...]) -> str:
    if argv[1:2] and argv[1] in ("build", "test", "vet", "fmt", "run"):
        bad = next((word for word in argv[2:] if word.startswith("-") and not _GO.fullmatch(word)), "")
        if not bad and not any("@" in word or "://" in word for word in argv[2:]):
            return ""
    return "go with these arguments may run other code or use the network"


def _maven(argv: tuple[str, ...]) -> str:
    fine = len(argv) > 1 and all(_MAVEN.fullmatch(word) for word in argv[1:])
    return "" if fine else f"{argv[0]} with these arguments may leave the tree"


def _source(argv: tuple[str, ...]) -> str:
    return "" if len(argv) == 2 and re.fullmatch(r"(\./)?\.?v?env/bin/activate", argv[1]) else "source runs a script"


_CHECKS: dict[str, Check] = {
    "bash": _script(".sh"),
    "cargo": _cargo,
    "go": _go,
    "gradle": _maven,
    "./gradlew": _maven,
    "make": _make,
    "mvn": _maven,
    "./mvnw": _maven,
    "node": _node,
    "npm": _npm,
    "pnpm": _npm,
    "python": _python,
    "python3": _python,
    "sed": sed_trouble,
    "sh": _script(".sh"),
    "source": _source,
    ".": _source,
    "yarn": _npm,
}
