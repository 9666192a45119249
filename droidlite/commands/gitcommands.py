"""Which git commands only read, and which change only what git itself can bring back."""

import re

from droidlite.commands.options import Options, names, stray

_LOOKS = names(
    "--stat --shortstat --numstat --name-only --name-status --summary --patch --no-patch --cached "
    "--staged --oneline --graph --all --decorate --no-decorate --abbrev-commit --format --pretty --date "
    "--since --until --after --before --author --committer --grep --reverse --merges --no-merges --first- "
    "parent --follow --max-count --skip --color --no-color --word-diff --unified --ignore-all-space "
    "--ignore-space-change --check --ignore-blank-lines --diff-filter --find-renames --raw --quiet "
    "--exit-code --minimal --branches --tags --remotes --left-right --cherry-pick --merge-base --no-ext- "
    "diff --no-textconv --no-renames --function-context --patience --histogram --topo-order --relative "
    "--full-index --binary --dirstat --compact-summary --abbrev --no-walk"
)
_LOOK = Options(short="pusRqabwzicMmW", long=_LOOKS, values="nUSGL")
_READS = {
    "blame": Options(short="webclstfnCM", long=names("--date --porcelain --line-porcelain"), values="L"),
    "cat-file": Options(short="tpse"),
    "count-objects": Options(short="vH"),
    "describe": Options(long=names("--tags --always --dirty --all --long --abbrev --match")),
    "diff": _LOOK,
    "diff-tree": _LOOK,
    "for-each-ref": Options(long=names("--format --sort --count --contains --merged")),
    "grep": Options(
        short="niIlLcwEFPvhHqa",
        long=names(
            "--count --line-number --ignore-case --name-only --cached --untracked --heading --break "
            "--show-function --and --or --not --all-match"
        ),
        values="eABCm",
    ),
    "log": _LOOK,
    "ls-files": Options(
        short="cdmosuz", long=names("--cached --others --exclude-standard --modified --deleted --stage")
    ),
    "ls-tree": Options(short="rdtlz", long=names("--name-only --name-status --full-tree --full-name")),
    "merge-base": Options(long=names("--is-ancestor --all --fork-point")),
    "name-rev": Options(long=names("--name-only --tags")),
    "rev-list": Options(long=_LOOKS | {"--count"}, values="n"),
    "rev-parse": Options(
        short="q",
        long=names(
            "--show-toplevel --abbrev-ref --short --verify --git-dir --is-inside-work-tree --show- "
            "prefix --symbolic-full-name --show-cdup --is-bare-repository --git-common-dir"
        ),
    ),
    "shortlog": Options(short="sne", long=names("--since --until --summary --numbered --all")),
    "show": _LOOK,
    "status": Options(
        short="sbuvz",
        long=names(
            "--short --branch --porcelain --long --verbose --untracked-files --ignored --show-stash "
            "--ahead-behind --no-renames"
        ),
    ),
}
_LISTS = {
    "branch": Options(
        short="arv",
        long=names(
            "--list --all --remotes --verbose --show-current --no-color --merged --no-merged --contains --sort --format"
        ),
        words=False,
    ),
    "remote": Options(short="v", long=names("--verbose"), words=False),
    "tag": Options(short="ln", long=names("--list --sort --format"), words=False),
    "reflog": Options(long=names("--date --oneline"), values="n", words=False),
}
_WRITES = {
    "add": Options(short="AuvnfN", long=names("--all --update --verbose --dry-run --intent-to-add")),
    "branch": Options(short="arv", long=names("--list --show-current --track --no-track")),
    "commit": Options(
        short="avqsn",
        long=names("--all --message --amend --no-edit --allow-empty --quiet --signoff --no-verify --dry-run --fixup"),
        values="m",
    ),
    "init": Options(short="q", long=names("--quiet"), values="b", words=False),
    "mv": Options(short="vnk"),
    "restore": Options(short="SW", long=names("--staged")),
    "stash": Options(short="qu", long=names("--include-untracked --keep-index --quiet --message"), values="m"),
    "switch": Options(short="q", long=names("--quiet --create"), values="c"),
    "tag": Options(short="aln", long=names("--annotate --list --message"), values="m"),
}
NEVER_OFFERED = names(
    "alias bisect config credential daemon difftool filter-branch for-each-repo fsck hook mergetool rebase remote "
    "submodule upload-pack receive-pack"
)
"""Git commands that can run programs of their arguments' choosing, so never allowed by prefix."""

_OTHERS = names(
    "am apply archive bundle checkout cherry cherry-pick clean clone fetch format-patch gc ls-remote merge notes pull "
    "push range-diff rebase reset revert rm sparse-checkout update-ref worktree"
)


def known_commands() -> frozenset[str]:
    """git's own commands that run no program of their arguments' choosing; any other name could be an alias."""
    return frozenset({*_READS, *_LISTS, *_WRITES, *_OTHERS})


def subcommand(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The words from git's own command on; () when an option stands before it that could change what runs."""
    rest = argv[1:]
    while rest and rest[0] in ("--no-pager", "-P", "--no-optional-locks", "--literal-pathspecs"):
        rest = rest[1:]
    return rest if rest and re.fullmatch(r"[a-z][a-z-]*", rest[0]) else ()


def only_reads(argv: tuple[str, ...]) -> str:
    """ "" when a git command only reads, else why it may not."""
    rest = subcommand(argv)
    if not rest:
        return "git with these options is not known to only read"
    name = rest[0]
    if name in ("stash", "worktree", "reflog") and rest[1:2] in (("list",), ("show",)):
        found = stray(rest[1:], _LOOK)
    elif name in _READS or name in _LISTS:
        found = stray(rest, _READS.get(name) or _LISTS[name])
    else:
        return f"git {name} is not known to only read"
    return f"git {name} {found} is not known to only read" if found else ""


def can_be_undone(argv: tuple[str, ...]) -> str:
    """ "" when a git command changes only what git can bring back, else why not."""
    rest = subcommand(argv)
    if not rest or rest[0] not in _WRITES:
        return f"git {rest[0] if rest else 'with these options'} is not known to be undoable"
    found = stray(rest, _WRITES[rest[0]])
    if found:
        return f"git {rest[0]} {found} is not known to be undoable"
    if rest[0] == "stash" and {"drop", "clear"} & set(rest):
        return "git stash drop loses work"
    if rest[0] == "restore" and not {"--staged", "-S"} & set(rest):
        return "git restore loses changes that were not committed"
    if rest[0] == "restore" and any(word.startswith("-") and "W" in word for word in rest):
        return "git restore of the work tree loses changes"
    return ""
