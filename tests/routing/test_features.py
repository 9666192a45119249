"""What is told of a task beside its kind: the files it names, languages, tools, tests."""

import random
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from droidlite.routing.features import Features, read_features

LISTING = (
    "README.md",
    "docs/README.md",
    "pyproject.toml",
    "src/shop/__init__.py",
    "src/shop/cart.py",
    "src/shop/pricing.py",
    "src/shop/api/routes.py",
    "src/admin/routes.py",
    "tests/test_cart.py",
    "web/package.json",
    "web/pnpm-lock.yaml",
    "web/src/App.tsx",
    "ledger/src/main/java/com/acme/Journal.java",
)


def read(prompt: str, listing: Sequence[str] = LISTING) -> Features:
    return read_features(prompt, listing, mode="headless")


def test_all_that_is_told() -> None:
    features = read_features(
        "fix the total in src/shop/cart.py", LISTING, mode="headless", worker=True, verified=True, budget_usd=2.5
    )
    assert features == Features(
        prompt="fix the total in src/shop/cart.py",
        kind="fix",
        confidence=0.75,
        why=('"fix"',),
        paths=("src/shop/cart.py",),
        languages=("python",),
        toolchain=("pytest", "npm", "pnpm"),
        has_tests=True,
        has_trace=False,
        files=13,
        mode="headless",
        worker=True,
        verified=True,
        budget_usd=2.5,
    )


@pytest.mark.parametrize(
    ("said", "paths"),
    [
        ("src/shop/cart.py", ("src/shop/cart.py",)),
        ("./src/shop/cart.py", ("src/shop/cart.py",)),
        ("`cart.py`.", ("src/shop/cart.py",)),
        ("shop/cart.py and shop\\pricing.py", ("src/shop/cart.py", "src/shop/pricing.py")),
        ("routes.py", ()),
        ("api/routes.py", ("src/shop/api/routes.py",)),
        ("shop.cart", ("src/shop/cart.py",)),
        ("shop.cart.Cart", ("src/shop/cart.py",)),
        ("other.cart", ()),
        ("shop.cart.Cart.total", ()),
        ('  File "/home/me/shop/src/shop/pricing.py", line 9, in total', ("src/shop/pricing.py",)),
        ('  File "/usr/lib/python3/site-packages/src/shop/pricing.py", line 9', ()),
        ("\tat com.acme.Journal.post(Journal.java:71)", ("ledger/src/main/java/com/acme/Journal.java",)),
        ("    at Header (web/src/App.tsx:27:18)", ("web/src/App.tsx",)),
        ("the readme", ("README.md",)),
        ("docs/README.md", ("docs/README.md",)),
        ("everything in src/shop/", ("src/shop/",)),
        ("src/shop", ("src/shop/",)),
        ("shop", ()),
        ("missing.py", ()),
        ("/ // /// . .. ...", ()),
    ],
)
def test_files_named_in_the_prompt(said: str, paths: tuple[str, ...]) -> None:
    assert read(said).paths == paths


def test_a_module_that_two_files_could_be_is_neither() -> None:
    assert read("a.b", ["x/a/b.py", "y/a/b.py"]).paths == ()


def test_languages_are_those_of_the_files_named_else_of_the_repository() -> None:
    listing = [
        *(f"a{n}.py" for n in range(60)),
        *(f"b{n}.go" for n in range(30)),
        *(f"c{n}.rs" for n in range(5)),
        "x.md",
    ]
    assert read("c1.rs", listing).languages == ("rust",)
    assert read("fix it", listing).languages == ("python", "go")
    assert read("see x.md", listing).languages == ("python", "go")
    assert read("fix it", []).languages == ()


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        ("pyproject.toml", "pytest"),
        ("setup.cfg", "pytest"),
        ("tox.ini", "pytest"),
        ("pytest.ini", "pytest"),
        ("package.json", "npm"),
        ("pnpm-lock.yaml", "pnpm"),
        ("yarn.lock", "yarn"),
        ("Cargo.toml", "cargo"),
        ("go.mod", "go"),
        ("Makefile", "make"),
        ("pom.xml", "maven"),
        ("build.gradle", "gradle"),
        ("build.gradle.kts", "gradle"),
        ("CMakeLists.txt", "cmake"),
    ],
)
def test_tools_by_their_files(path: str, tool: str) -> None:
    assert read("", [path]).toolchain == (tool,)
    assert read("", [f"deep/down/{path}"]).toolchain == (tool,)


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "a/test_b.py",
        "invoice_test.go",
        "src/__tests__/a.js",
        "Header.test.tsx",
        "a.spec.ts",
        "src/JournalTest.java",
        "spec/cart_spec.rb",
    ],
)
def test_a_repository_with_tests(path: str) -> None:
    assert read("", ["src/latest.py", path]).has_tests


def test_a_repository_without() -> None:
    assert not read("", ["src/latest.py", "contest.go", "inspect.py"]).has_tests


def test_only_test_files_named_speaks_for_tests_and_only_documents_for_docs() -> None:
    assert "only test files named" in read("write tests in tests/test_cart.py").why
    assert "only documents named" in read("update README.md").why


def test_where_no_files_are_known_it_is_less_sure() -> None:
    assert (read("fix the total").confidence, read("fix the total", []).confidence) == (0.75, 0.68)


def test_what_is_no_text_can_still_be_written_down() -> None:
    features = read("fix \ud800\0 cart.py and pricing.py", ["\udcff/cart.py", "pricing.py"])
    assert features.paths == ("pricing.py",)
    assert msgspec.json.decode(msgspec.json.encode(features), type=Features) == features


PATHS = st.lists(st.lists(st.sampled_from(["src", "a.py", "b.go", "README.md", "tests", "c"]), min_size=1, max_size=4))


@given(st.text(), PATHS.map(lambda paths: ["/".join(path) for path in paths]), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_files_makes_no_difference(prompt: str, listing: list[str], order: random.Random) -> None:
    prompt = f"{prompt} a.py src/a.py src/c README src.a {prompt}"
    shuffled = order.sample(listing, len(listing))
    assert read(prompt, shuffled) == read(prompt, listing)
