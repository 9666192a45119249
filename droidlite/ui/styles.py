"""How the drawn part of the terminal looks: the terminal's own sixteen colours, so that light and dark both do."""

from prompt_toolkit.styles import Style

_STYLE = {
    "title": "bold",
    "dim": "fg:ansibrightblack",
    "detail": "fg:ansibrightblack",
    "greyed": "fg:ansibrightblack",
    "selected": "bold fg:ansicyan",
    "warning": "fg:ansiyellow",
    "filter": "fg:ansicyan",
    "typed": "",
    "body": "bold",
    "rule": "fg:ansibrightblack",
    "prompt": "bold fg:ansicyan",
    "scripted": "bold fg:ansiyellow",
    "completion-menu": "noreverse bg:default fg:default",
    "completion-menu.completion": "bg:default fg:default",
    "completion-menu.completion.current": "bold noreverse bg:default fg:ansicyan",
    "completion-menu.meta.completion": "bg:default fg:ansibrightblack",
    "completion-menu.meta.completion.current": "bg:default fg:ansicyan",
    "scrollbar.background": "bg:default",
    "scrollbar.button": "bg:ansibrightblack",
}


def styles(colour: bool) -> Style:
    """Without colour only what is bold stays so."""
    return Style.from_dict(_STYLE if colour else _uncoloured())


def _uncoloured() -> dict[str, str]:
    kept = {"bold", "noreverse"}
    return {name: " ".join(word for word in style.split() if word in kept) for name, style in _STYLE.items()}
