"""Which commands only read: a list of programs, each with the options known to be harmless. Unknown means no."""

import re
from collections.abc import Callable
from itertools import pairwise

from droidlite.commands.gitcommands import only_reads as git_only_reads
from droidlite.commands.options import Options, names, stray
from droidlite.regex import regex

Check = Callable[[tuple[str, ...]], str]
"""Takes the words of a command; returns "" when it only reads, else why it may not."""

_ANY = names(
    "basename cat cd cksum cmp comm cut dirname du echo egrep expand false fgrep fold grep head "
    "ls md5sum nl od paste printf pwd readlink realpath rev seq sha1sum sha256sum sha512sum sleep stat strings sum "
    "tac tail test tr true type unexpand wc whereis which whoami"
)
"""No option of these writes a file or starts a program, but for those below."""
HARMLESS_OPTIONS = _ANY
_VERSIONED = names(
    "bash cc clang cmake g++ gcc git java javac make mypy node npm perl php pip pip3 python python3 ruby ruff tsc uv"
)
"""Programs that only tell their version when asked; not those that first load code or a toolchain the tree names."""

_OPTIONS = {
    "df": Options(short="ahHiklmPT", long=names("--human-readable --inodes --local --total")),
    "diff": Options(
        short="abBcdeinpqrstuwyNE",
        long=names("--brief --recursive --unified --side-by-side --color --ignore-all-space --new-file"),
        values="UxIWC",
    ),
    "fd": Options(
        short="HIusigFaLp0",
        long=names("--hidden --no-ignore --glob --type --extension --exclude --max-depth --full-path"),
        values="tedE",
    ),
    "file": Options(short="bihkLNp", long=names("--brief --mime --mime-type --mime-encoding --dereference")),
    "id": Options(short="gGnru"),
    "jq": Options(
        short="nrcsSeajMR",
        long=names(
            "--raw-output --compact-output --slurp --sort-keys --tab --exit-status --null-input --arg "
            "--argjson --indent"
        ),
    ),
    "rg": Options(
        short="acFhHiIlLnNoPqsSuUvVwx0",
        long=names(
            "--files --files-with-matches --files-without-match --count --count-matches --hidden "
            "--no-ignore --no-ignore-vcs --ignore-case --smart-case --case-sensitive --fixed-strings "
            "--word-regexp --line-regexp --line-number --no-line-number --no-heading --heading --json "
            "--multiline --multiline-dotall --only-matching --invert-match --pcre2 --type --type-not "
            "--type-list --glob --iglob --max-count --max-depth --context --after-context --vimgrep "
            "--before-context --color --colors --sort --sortr --stats --trim --replace --regexp "
            "--max-columns --with-filename --no-filename --column --null --text --version --help"
        ),
        values="ABCegmrtTdjM",
    ),
    "sort": Options(
        short="bcCdfghiMmnRrsuVz",
        long=names(
            "--reverse --unique --numeric-sort --human-numeric-sort --version-sort --stable --ignore- "
            "case --key --field-separator --check --general-numeric-sort --ignore-leading-blanks"
        ),
        values="kt",
    ),
    "tree": Options(
        short="adfilpshugDFrtvUCnANSJX",
        long=names("--gitignore --dirsfirst --prune --noreport --du --filelimit --charset"),
        values="LPI",
    ),
    "uname": Options(short="amnprsvio"),
    "column": Options(short="txe", values="sco"),
}

_FIND = names(
    "! ( ) , -a -amin -and -anewer -atime -cmin -cnewer -ctime -daystart -depth -empty -executable -false -follow -gid "
    "-group -H -iname -ilname -inum -ipath -iregex -iwholename -L -links -lname -maxdepth -mindepth -mmin -mount "
    "-mtime -name -newer -nogroup -noleaf -not -nouser -o -or -P -path -perm -print -print0 -printf -prune -quit "
    "-readable -regex -regextype -samefile -size -true -type -uid -user -wholename -writable -xdev"
)
_SED_ADDRESS = r"(\d+|\$|/[^/\n;]*/)"
_SED_PRINT = regex(rf"{_SED_ADDRESS}(,(\+?\d+|\$|/[^/\n;]*/))?[pdq]")
_SED_REPLACE = regex(r"s([/|#,])((?!\1)[^\n;\\]|\\[^\n])*\1((?!\1)[^\n;\\]|\\[^\n])*\1[gIip0-9]*")
_SED_SCRIPT = ("-e", "-ne", "--expression")
_SED_OPTIONS = r"-[nErsuz]*i?|--(in-place|quiet|silent|regexp-extended|separate|null-data)"
_AWK_UNSAFE = regex(r"system|getline|close|fflush|ENVIRON|PROCINFO|ARG[VC]|[|>@`]|\\[^./\"'\\nt$|]")
_GREPS = frozenset({"grep", "egrep", "fgrep", "rg"})
_FOLLOWING = {
    "cp": r"-\w*[HL]\w*|--dereference",
    "diff": r"-\w*r\w*|--recursive",
    "du": r"-\w*[DHL]\w*|--dereference.*",
    "egrep": r"-\w*R\w*|--deref.*",
    "fd": r"-\w*L\w*|--follow",
    "fgrep": r"-\w*R\w*|--deref.*",
    "find": r"-[HL]|-follow",
    "grep": r"-\w*R\w*|--deref.*",
    "ls": r"-\w*[LH]\w*|--deref.*",
    "rg": r"-\w*L\w*|--follow",
    "tree": r"-\w*l\w*",
}
"""Options that make a program follow links it meets on its way through folders."""


def only_reads(argv: tuple[str, ...]) -> str:
    """ "" when the command is known to only read, else why not."""
    name = argv[0].removeprefix("/usr/bin/").removeprefix("/bin/")
    if name in _VERSIONED and argv[1:] in (("--version",), ("-V",), ("-v",), ("version",)):
        return (
            "" if (name, argv[1]) not in (("bash", "-v"), ("make", "-V"), ("python", "-v")) else f"{name} may run code"
        )
    if name in _ANY:
        return _names_a_variable(name, argv)
    if name == "jq" and any(re.search(r"\b(import|include|input_line)\b", word) for word in argv[1:]):
        return "this jq program may read other files"
    if name in _OPTIONS:
        found = stray(argv, _OPTIONS[name])
        return f"{name} {found} is not known to only read" if found else ""
    check = _CHECKS.get(name)
    return check(argv) if check else f"{argv[0]} is not known to only read"


def follows_links(argv: tuple[str, ...]) -> bool:
    """Whether a command goes where the links lead that it meets below the folders it is given."""
    options = _FOLLOWING.get(argv[0].rpartition("/")[2])
    return options is not None and any(re.fullmatch(options, word) for word in argv[1:])


def searched_words(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The arguments that may name files: all but the pattern of a grep, the script of sed and awk, echoed text."""
    name, arguments = argv[0].rpartition("/")[2], argv[1:]
    if name in ("echo", "printf", "true", "false", "tr"):
        return ()
    if name == "cut":
        return tuple(word for word in arguments if not word.startswith("-d"))
    if name in _GREPS and not any(re.match(r"-\w*[ef]|--(regexp|file)", word) for word in arguments):
        first = next((at for at, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
        return arguments[:first] + arguments[first + 1 :]
    if name == "sed" and any(re.match(r"-\w*e|--expr", word) for word in arguments):
        return tuple(word for before, word in pairwise(argv) if before not in _SED_SCRIPT)
    if name in ("sed", "awk", "jq"):
        first = next((at for at, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
        return arguments[:first] + arguments[first + 1 :]
    return arguments


def _names_a_variable(name: str, argv: tuple[str, ...]) -> str:
    """bash evaluates what stands in the brackets of a variable's name, commands included: printf -v 'a[$(id)]'."""
    named = (name == "printf" and argv[1:2] != ("--",) and argv[1:2] and argv[1].startswith("-v")) or (
        name == "test" and {"-v", "-R"} & set(argv[1:])
    )
    return f"{name} -v evaluates the name of a variable" if named else ""


def _date(argv: tuple[str, ...]) -> str:
    fine = all(word in ("-u", "-R", "-I", "--utc", "--iso-8601", "-Iseconds") or word[:1] == "+" for word in argv[1:])
    return "" if fine else "date with these options may set the clock"


def _find(argv: tuple[str, ...]) -> str:
    bad = next((word for word in argv[1:] if word.startswith("-") and word not in _FIND and not _number(word)), "")
    return f"find {bad} may change files or run programs" if bad else ""


def _number(word: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d+[a-zA-Z]?|-\d{3,4}", word))


def _uniq(argv: tuple[str, ...]) -> str:
    found = stray(argv, Options(short="cdDiuz"))
    files = [word for word in argv[1:] if not word.startswith("-")]
    return "uniq may write its second file" if found or len(files) > 1 else ""


def _sed(argv: tuple[str, ...]) -> str:
    in_place = any(re.match(r"-[^e]*i|--i", word) for word in argv[1:])
    return "sed -i changes files" if in_place else sed_trouble(argv)


def sed_trouble(argv: tuple[str, ...]) -> str:
    """ "" when a sed does no more than print, drop and replace lines, on its output or in place, else why it might."""
    scripts: list[str] = []
    words: list[str] = []
    rest = iter(argv[1:])
    for word in rest:
        if word in _SED_SCRIPT:
            scripts.append(next(rest, ""))
        elif found := re.fullmatch(r"--expression=(.*)", word, re.DOTALL):
            scripts.append(found[1])
        elif word.startswith("-") and not re.fullmatch(_SED_OPTIONS, word):
            return f"sed {word} may change files or run programs"
        elif not word.startswith("-"):
            words.append(word)
    fine = all(map(_sed_prints, scripts or words[:1])) and bool(scripts or words)
    return "" if fine else "this sed script may write files or run programs"


def _sed_prints(script: str) -> bool:
    parts = script.split(";") if not _SED_REPLACE.fullmatch(script) else []
    return all(_SED_PRINT.fullmatch(part.strip()) or _SED_REPLACE.fullmatch(part.strip()) for part in parts)


def _awk(argv: tuple[str, ...]) -> str:
    words = list(argv[1:])
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-F", "-v") and words:
            words.pop(0)
        elif not re.fullmatch(r"-F.+|-v\w+=.*", option):
            return f"awk {option} is not known to only read"
    if not words or any(word.startswith("-") for word in words[1:]):
        return "awk without a plain script"
    return "this awk script may write files or run programs" if _AWK_UNSAFE.search(words[0]) else ""


def _exactly(*forms: str) -> Check:
    allowed = {tuple(form.split()) for form in forms}
    return lambda argv: "" if argv in allowed else f"{argv[0]} with these arguments is not known to only read"


def _package(argv: tuple[str, ...]) -> str:
    fine = argv[1:] in (("list",), ("freeze",)) or (argv[1:2] == ("show",) and all(w[:1] != "-" for w in argv[2:]))
    return "" if fine else f"{argv[0]} may install packages"


_CHECKS: dict[str, Check] = {
    "awk": _awk,
    "command": lambda argv: "" if argv[1:2] in (("-v",), ("-V",)) else "command runs another command",
    "date": _date,
    "find": _find,
    "git": git_only_reads,
    "hostname": _exactly("hostname"),
    "nproc": _exactly("nproc"),
    "npm": _exactly("npm ls", "npm list"),
    "pip": _package,
    "pip3": _package,
    "ps": _exactly("ps", "ps aux", "ps -ef", "ps -e", "ps -A"),
    "sed": _sed,
    "set": _exactly("set -e", "set -u", "set -x", "set -eu", "set -ex", "set -o pipefail", "set -euo pipefail"),
    "uniq": _uniq,
    "uptime": _exactly("uptime"),
    "free": _exactly("free", "free -h", "free -m"),
}
