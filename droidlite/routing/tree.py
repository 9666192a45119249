"""What the names of a repository's files tell: its languages, tools and tests, and which files a prompt names."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

from droidlite.regex import regex

LANGUAGES = {
    extension: language
    for language, extensions in {
        "python": "py pyi pyx",
        "javascript": "js jsx mjs cjs",
        "typescript": "ts tsx mts cts",
        "java": "java",
        "kotlin": "kt kts",
        "scala": "scala",
        "go": "go",
        "rust": "rs",
        "c": "c h",
        "c++": "cc cpp cxx hh hpp hxx",
        "c#": "cs",
        "ruby": "rb",
        "php": "php",
        "swift": "swift",
        "shell": "sh bash zsh",
        "sql": "sql",
        "elixir": "ex exs",
        "haskell": "hs",
        "lua": "lua",
        "dart": "dart",
        "vue": "vue",
        "svelte": "svelte",
        "r": "r R",
        "julia": "jl",
        "ocaml": "ml mli",
        "zig": "zig",
    }.items()
    for extension in extensions.split()
}
TOOLS = {
    "pyproject.toml": "pytest", "setup.cfg": "pytest", "tox.ini": "pytest", "pytest.ini": "pytest",
    "package.json": "npm", "pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "Cargo.toml": "cargo", "go.mod": "go",
    "Makefile": "make", "pom.xml": "maven", "build.gradle": "gradle", "build.gradle.kts": "gradle",
    "CMakeLists.txt": "cmake",
}  # fmt: skip
"""File name, anywhere in the repository -> tool."""
DOCUMENTS = ("md", "rst", "adoc", "mdx")
LEAST_SHARE = 0.1
"""Of the files in any language: what one must have to count as the repository's."""
MOST_NAMES = 200
"""Names in a prompt that are looked up."""
_OTHERS = frozenset({"site-packages", "dist-packages", "node_modules", "lib", "rustc"})
"""Folders of absolute paths that are not the repository's, whatever their files are called."""
_BARE = {"readme": "README", "changelog": "CHANGELOG", "contributing": "CONTRIBUTING"}
_KNOWN = frozenset({*_BARE.values(), "Makefile", "Dockerfile", "Jenkinsfile", "Gemfile", "Rakefile", "LICENSE"})
_NAME = regex(r"[\w./\\@+~-]+")


def is_test(path: str) -> bool:
    """Whether a file holds tests, by the customs of pytest, Jest, Go, JUnit, RSpec and Cargo."""
    folder, _, name = path.lower().rpartition("/")
    stem = name.partition(".")[0]
    return (
        not {"test", "tests", "__tests__", "spec", "specs", "testing"}.isdisjoint(folder.split("/"))
        or stem.startswith("test_")
        or stem.endswith(("_test", "_spec"))
        or ".test." in name
        or ".spec." in name
        or path.rpartition(".")[0].endswith("Test")
    )


def is_document(path: str) -> bool:
    return path.lower().rpartition(".")[2] in DOCUMENTS


def languages_of(names: Iterable[str]) -> tuple[str, ...]:
    """Languages of these files, the most frequent first, at most three; those below LEAST_SHARE are left out."""
    extensions = Counter([name.rpartition(".")[2] for name in names])
    counts: Counter[str] = Counter()
    for extension in extensions.keys() & LANGUAGES.keys():
        counts[LANGUAGES[extension]] += extensions[extension]
    least = LEAST_SHARE * counts.total()
    ordered = sorted(counts, key=lambda language: (-counts[language], language))
    return tuple(language for language in ordered if counts[language] >= least)[:3]


def tools_of(names: set[str]) -> tuple[str, ...]:
    """Tools whose files are among these names, in the order of TOOLS."""
    found = {TOOLS[name] for name in names & TOOLS.keys()}
    return tuple(tool for tool in dict.fromkeys(TOOLS.values()) if tool in found)


def has_tests(listing: Sequence[str]) -> bool:
    return any(is_test(path) for path in listing if "est" in path or "spec" in path)


def named_in(text: str, listing: Sequence[str], names: set[str]) -> tuple[str, ...]:
    """The files of `listing` that a text names, in the order it names them: whole paths, unique ends of paths, unique
    file names, frames of stack traces, dotted Python modules. A folder named with a "/" comes back with one at its end.
    `names`: the last parts of the listing's paths."""
    said = _names_said(text)
    wanted = {name for each in said for name in _spellings(each)} & names
    by_name: dict[str, list[str]] = {}
    if wanted:
        for path in listing:
            name = path.rpartition("/")[2]
            if name in wanted:
                by_name.setdefault(name, []).append(path)
    folders = _folders([each for each in said if "/" in each], listing)
    found = (path for each in said for path in (_file(each, by_name), folders.get(each)) if path)
    return tuple(dict.fromkeys(path for path in found if path.isprintable()))


def _names_said(text: str) -> list[str]:
    words = (word.strip(".").replace("\\", "/").removeprefix("./") for word in _NAME.findall(text))
    names = (_BARE.get(word.lower(), word) for word in words)
    said = dict.fromkeys(name for name in names if "." in name or "/" in name or name in _KNOWN)
    return list(said)[:MOST_NAMES]


def _spellings(said: str) -> tuple[str, ...]:
    """File names that may be meant."""
    name = said.rpartition("/")[2]
    if name in _BARE.values():
        return (name, f"{name}.md", f"{name}.rst")
    modules = [f"{part}.py" for part in name.split(".")[-2:]] if "." in name and "/" not in said else []
    return (name, *modules)


def _file(said: str, by_name: dict[str, list[str]]) -> str | None:
    """The one file meant; None where none or several could be."""
    name = said.rpartition("/")[2]
    for spelled in _spellings(said) if name in _BARE.values() else (name,):
        paths = by_name.get(spelled, [])
        whole = said.removesuffix(name) + spelled
        if whole in paths:
            return whole
        ends = [path for path in paths if path.endswith("/" + whole) or _holds(whole, path)]
        if len(ends) == 1:
            return ends[0]
    return _module(said.split("."), by_name) if "/" not in said else None


def _holds(said: str, path: str) -> bool:
    """Whether an absolute path, of another machine perhaps, is this file's."""
    return said.endswith("/" + path) and _OTHERS.isdisjoint(said.split("/"))


def _module(parts: list[str], by_name: dict[str, list[str]]) -> str | None:
    """`shop.cart` and `shop.cart.Cart` are src/shop/cart.py where no other file ends so."""
    for length in (len(parts), len(parts) - 1):
        end = "/".join(parts[:length]) + ".py"
        paths = by_name.get(parts[length - 1] + ".py", [])
        found = [path for path in paths if path == end or path.endswith("/" + end)]
        if length > 1 and len(found) == 1:
            return found[0]
    return None


def _folders(said: list[str], listing: Sequence[str]) -> dict[str, str]:
    """Of these names those that are folders, with a "/" at the end."""
    ordered = sorted(listing) if said else []
    found = {}
    for each in said:
        folder = each.strip("/") + "/"
        at = bisect_left(ordered, folder)
        if not each.startswith("/") and at < len(ordered) and ordered[at].startswith(folder):
            found[each] = folder
    return found
