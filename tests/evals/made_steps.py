"""Tables of steps for tests; all synthetic."""

from collections.abc import Iterator
from pathlib import Path

HEADER = "task,model,step,spend,tokens,output,signals,outcome,kind,repo"
PRICED = """
[[models]]
id = "cheap"
context = 200000
price = { input = 1, output = 5, cache_read = 0.1 }
[[models]]
id = "dear"
context = 200000
price = { input = 5, output = 25, cache_read = 0.5 }
"""
"""USD a million tokens, for the person's own settings."""


def write_steps(path: Path, tasks: int) -> Path:
    """A cheap model that solves every second task for $0.10 in 5 steps, and else fails for $0.30 in 12, stuck from the
    fourth on; a dear one that solves all for $0.40 in 4. Three tasks a repository, 10,000 tokens throughout."""
    lines = [HEADER]
    for number in range(tasks):
        fails = number % 2
        cheap = run_of("cheap", *((12, 0.3, "failed", "repeats;misspells") if fails else (5, 0.1, "solved", "")))
        rows = [*cheap, *run_of("dear", 4, 0.4, "solved", "")]
        lines += [f"t{number},{row},bug-fix,r{number // 3}" for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def run_of(model: str, steps: int, usd: float, outcome: str, signs: str) -> Iterator[str]:
    for step in range(1, steps + 1):
        last, stuck = step == steps, step >= 4
        yield (
            f"{model},{step},{usd * step / steps:.6g},10000,500,{signs if stuck and not last else ''},"
            f"{outcome if last else ''}"
        )
