"""What a model can do: one file per tool, each exporting TOOL."""

from typing import Literal

from droidlite.tool import Tool
from droidlite.tools import ask as _ask
from droidlite.tools import edit as _edit
from droidlite.tools import escalate as _escalate
from droidlite.tools import fetch, glob, grep, job, patch, read, shell, todo, write
from droidlite.tools.jobs import close_jobs, kill_all

__all__ = ["all_tools", "close_jobs", "kill_all"]


def all_tools(
    edit: Literal["edit", "patch"] = "edit", *, ask: bool = False, network: bool = True, escalate: bool = False
) -> tuple[Tool, ...]:
    """The tools of one model family, always in the same order: `edit` for Claude-like models, `patch` for OpenAI-like
    ones. `ask` where a person can answer, `network` where pages may be fetched, `escalate` where there is a stronger
    model."""
    editing = (write.TOOL, _edit.TOOL) if edit == "edit" else (patch.TOOL,)
    tools = (read.TOOL, *editing, shell.TOOL, job.TOOL, grep.TOOL, glob.TOOL, todo.TOOL)
    more = ((_ask.TOOL, ask), (fetch.TOOL, network), (_escalate.TOOL, escalate))
    return (*tools, *(tool for tool, offered in more if offered))
