"""What `policy check` finds: policy that can be read but cannot be meant, with the line it stands on."""

from pathlib import Path

import pytest

from droidlite.errors import SettingsError
from droidlite.settings.catalog import shipped_catalog
from droidlite.settings.policy import combine
from droidlite.settings.policy_files import read_layer
from droidlite.settings.policy_problems import find_problems, unreadable

MODELS = tuple(shipped_catalog().values())


def found(folder: Path, *texts: str, paths: tuple[str, ...] = ()) -> list[str]:
    """The problems of an org, a project and a user file, as `level N:line: key: problem`, N counting the files."""
    layers = []
    for name, text in zip(("org", "project", "user"), texts, strict=False):
        (folder / f"{name}.toml").write_text(text)
        layers.append(read_layer(name, folder / f"{name}.toml"))
    problems = find_problems(combine(layers), MODELS, paths=paths)
    return [f"{problem.level} {problem}".replace(f"{folder}/", "") for problem in problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", []),
        ('[models]\ndeny = ["*-preview"]\nallow = ["claude-*"]', []),
        ('[[rules]]\nname = "a"\nforbid = ["*-preview"]', []),
        ('[[rules]]\nname = "a"\nguidance = "x"', []),
        ('[[rules]]\nname = "except"\npaths = ["docs/**"]\n[[rules]]\nname = "a"\nrequire = ["tier:frontier"]', []),
        (
            '[models]\nallow = ["claud-opus-5-5", "claude-*"]',
            ['warning org.toml:2: models.allow: "claud-opus-5-5" is no known model; nearest: claude-opus-5-5'],
        ),
        (
            '[models]\ndeny = ["claude-fabel-5-2"]',
            ['warning org.toml:2: models.deny: "claude-fabel-5-2" is no known model; nearest: claude-fable-5-2'],
        ),
        (
            '[models]\ndeny = ["tier:frontier"]',
            ['warning org.toml:2: models.deny: "tier:frontier" is for rules; here stand globs over model names'],
        ),
        (
            "[models]\nallow = []\n[endpoints]\nallow = []",
            [
                "warning org.toml:2: models.allow: is empty, which allows all models; name some or leave it out",
                "warning org.toml:4: endpoints.allow: is empty, which allows all endpoints; name some or leave it out",
            ],
        ),
        (
            '[models]\ndeny = ["*"]',
            ['error org.toml:2: models.deny: allows no model: claude-fable-5-2 is denied by policy org.toml:2 ("*")'],
        ),
        (
            '[[rules]]\nname = "a"\nprefer = ["provider:antropic"]',
            ['warning org.toml:3: rules[0].prefer: "provider:antropic" is no known model; nearest: provider:anthropic'],
        ),
        (
            '[router]\nfallback = ["gpt-5.5", "gtp-5.5"]',
            ['warning org.toml:2: router.fallback: "gtp-5.5" is no known model; nearest: gpt-5.5'],
        ),
        (
            '[[rules]]\nname = "a"\nprefer = ["gpt-*"]\nforbid = ["gpt-*"]',
            ['warning org.toml:3: rules[0].prefer: "gpt-*" is preferred and forbidden by the same rule'],
        ),
        (
            '[[rules]]\nname = "a"\nrequire = ["claude-opsu-5-5"]',
            [
                'warning org.toml:3: rules[0].require: "claude-opsu-5-5" is no known model; nearest: claude-opus-5-5',
                'error org.toml:3: rules[0].require: rule "a" allows nobody: it requires none of the known models',
            ],
        ),
        (
            '[models]\ndeny = ["gpt-*"]\n[[rules]]\nname = "a"\nrequire = ["gpt-5.5"]',
            [
                'error org.toml:5: rules[0].require: rule "a" allows nobody: '
                'gpt-5.5 is denied by policy org.toml:2 ("gpt-*")'
            ],
        ),
        (
            '[models]\nopen_weights_only = true\n[[rules]]\nname = "a"\nrequire = ["gpt-5.5"]',
            [
                'error org.toml:5: rules[0].require: rule "a" allows nobody: '
                "gpt-5.5 is out: policy org.toml:2 allows only open weights"
            ],
        ),
        (
            '[[rules]]\nname = "a"\nrequire = ["claude-opus-*"]\nforbid = ["claude-*"]',
            ['error org.toml:4: rules[0].forbid: rule "a" allows nobody: it forbids all that is left'],
        ),
        (
            '[[rules]]\nname = "a"\nforbid = ["*"]',
            ['error org.toml:3: rules[0].forbid: rule "a" allows nobody: it forbids all that is left'],
        ),
        (
            '[[rules]]\nname = "all"\ntasks = ["fix", "docs"]\nprefer = ["gpt-*"]\n'
            '[[rules]]\nname = "b"\ntasks = ["fix"]\nwhen = { mode = "headless" }\nprefer = ["gpt-*"]',
            [
                'warning org.toml:5: rules[1]: rule "b" is never reached: "all" (org.toml:1) always matches first',
            ],
        ),
        (
            '[[rules]]\nname = "b"\nwhen = { budget_below_usd = 1 }\nprefer = ["gpt-*"]\n'
            '[[rules]]\nname = "c"\nwhen = { budget_below_usd = 2 }\nprefer = ["gpt-*"]',
            [],
        ),
        (
            '[[rules]]\nname = "a"\ntasks = ["fix"]',
            ['warning org.toml:1: rules[0]: rule "a" asks for nothing and no rule follows it; it does nothing'],
        ),
    ],
)
def test_one_layer(tmp_path: Path, text: str, said: list[str]) -> None:
    assert found(tmp_path, text) == said


def test_a_layer_that_leaves_nobody_is_named(tmp_path: Path) -> None:
    assert found(tmp_path, '[models]\nallow = ["claude-*"]', "", '[models]\nallow = ["gpt-*"]') == [
        "error user.toml:2: models.allow: allows no model that the layers before it allow: "
        "claude-fable-5-2 is not on the list of policy user.toml:2 (models.allow)"
    ]


def test_rules_of_two_layers_that_contradict(tmp_path: Path) -> None:
    org = '[[rules]]\nname = "strong"\ntasks = ["fix"]\nrequire = ["claude-opus-5-5"]'
    other = '[[rules]]\nname = "no claude"\nforbid = ["claude-*"]'
    assert found(tmp_path, org, other) == [
        'warning project.toml:1: rules[0]: where rule "strong" (org.toml:1) matches too, no model is left'
    ]
    assert found(tmp_path, org, f'{other}\ntasks = ["docs"]') == []


def test_paths_of_a_project_that_match_no_file(tmp_path: Path) -> None:
    rule = '[[rules]]\nname = "a"\npaths = ["payments/**"]\nprefer = ["gpt-*"]'
    assert found(tmp_path, "", rule, paths=("services/payments/A.java",)) == [
        'warning project.toml:3: rules[0].paths: rule "a" matches no file of this repository'
    ]
    assert found(tmp_path, "", rule, paths=("payments/A.java",)) == []
    assert found(tmp_path, rule, paths=("services/payments/A.java",)) == []


def test_a_file_that_cannot_be_read_is_a_problem_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("\n[models]\nalow = []\n")
    with pytest.raises(SettingsError) as caught:
        read_layer("user", path)
    problem = unreadable(caught.value)
    assert (problem.level, problem.where, problem.key) == ("error", f"{path}:3", "models.alow")
    assert problem.problem == 'unknown key; did you mean "allow"?'
    assert str(problem) == str(caught.value)
