"""A quick seed of scripts/chaos, and that what it counts with can be trusted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from chaos_counting import lower_bound, recoveries
from chaos_mix import DEFAULT, Episodes, Weather, read_mix
from chaos_session import Job, Outcome, weigh
from chaos_world import Attempt

SCRIPT = Path(__file__).parents[2] / "scripts" / "chaos"
ALWAYS = (
    "chaos: replies taken though not whole",
    "chaos: effects of calls",
    "chaos: acknowledged records",
    "chaos: over the cap, by the services' books",
    "chaos: HTTP 400, tracebacks, dead workers",
)


@pytest.mark.timeout(400)  # on a busy machine what only seems to stall opens breakers, for 30 s each
def test_quick_seed(tmp_path: Path) -> None:
    mix = tmp_path / "mix.toml"
    quick = DEFAULT.read_text().replace("stall_seconds = 5.0", "stall_seconds = 2.0")
    quick = quick.replace("retry_after = 3", "retry_after = 0.1").replace("mean = 80", "mean = 10")
    mix.write_text(quick.replace("degraded = 0.05", "degraded = 0.2").replace("otherwise = 0.995", "otherwise = 0.8"))
    words = ["--requests", "60", "--seed", "3", "--workers", "2", "--mix", str(mix), "--json"]
    ran = subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True, check=False)
    figures = {figure["what"]: figure for figure in map(json.loads, ran.stdout.splitlines())}
    assert {what: figures[what]["measured"] for what in ALWAYS if not figures[what]["reached"]} == {}, ran.stderr
    met = ran.stderr.partition("faults met: ")[2].partition(";")[0]
    assert met.count(":") >= 4, f"too few kinds of fault to prove anything: {met}"


def test_the_bound_is_the_one_the_figure_names() -> None:
    assert [round(lower_bound(n - failed, n), 6) for n, failed in ((2_995, 0), (7_752, 3), (2_994, 1))] == [
        0.999,
        0.999,
        0.998417,
    ]


def test_weather_keeps_its_share_and_its_seed() -> None:
    days = [Weather(Episodes(degraded=0.05, mean=80), "one") for _ in range(2)]
    first, second = ([sky.degraded(now) for now in range(400_000)] for sky in days)
    assert first == second
    assert 0.04 < sum(first) / len(first) < 0.06


def attempt(at: float, step: int, fault: str, *, resumed: int = 0) -> Attempt:
    return Attempt("e", "m", at, "s1", step, resumed, fault, degraded=False, final=False, usd=0.0)


def test_a_recovery_is_counted_from_the_first_failure_and_not_over_a_resume() -> None:
    seen = [attempt(1, 0, ""), attempt(2, 1, "500"), attempt(3, 1, "reset"), attempt(5, 1, "")]
    seen += [attempt(6, 2, "500"), attempt(60, 2, "", resumed=1)]
    assert recoveries(seen) == [3]


def test_effects_done_twice_or_never_are_counted(tmp_path: Path) -> None:
    effects, outcome = tmp_path / "effects", Outcome(Job("s1", "m", 3, 1.0))
    effects.write_text("s1-0\ns1-1\ns1-1\n")
    calls = {
        (kind, f"c{n}", "shell" if kind == "started" else "") for n in range(3) for kind in ("started", "finished")
    }
    weigh(effects, calls, outcome)
    assert (outcome.effects, outcome.twice, outcome.missing) == (2, 1, 1)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("turns = 8", "turns = 0"),
        ('"cut" = 1', '"cutt" = 1'),
        ('model = "chaos-one"', 'model = "chaos-none"'),
        ("tight", "tigth"),
    ],
)
def test_a_mix_that_cannot_be_used_is_one_sentence(tmp_path: Path, line: str, wrong: str) -> None:
    mix = tmp_path / "mix.toml"
    mix.write_text(DEFAULT.read_text().replace(line, wrong))
    with pytest.raises(ValueError, match=r"^.*mix\.toml: .*[a-z`.]$") as raised:
        read_mix(mix)
    assert "\n" not in str(raised.value)
