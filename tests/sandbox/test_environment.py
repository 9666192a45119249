"""A child process gets what tools need and no credential."""

from droidlite.sandbox.environment import child_environment

KEPT = {
    "HOME": "/home/me",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin",
    "USER": "me",
    "VIRTUAL_ENV": "/v",
    "GOPATH": "/go",
    "KEYBOARD": "us",
    "MONKEY": "banana",
    "XAUTHORITY": "/x",
    "PYTHONPATH": "src",
    "JAVA_HOME": "/java",
    "TOKENIZERS_PARALLELISM": "0",
    "AUTHOR": "me",
    "COMPASS": "n",
}
DROPPED = {
    name: "value-of-no-interest"
    for name in (
        *("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "GH_TOKEN"),
        *("GITHUB_TOKEN", "MY_SERVICE_KEY", "my_service_token", "DB_PASSWORD", "PASSWORD", "SECRET", "X_SECRET_Y"),
        *(
            "GOOGLE_APPLICATION_CREDENTIALS",
            "HF_TOKEN",
            "NPM_TOKEN",
            "STRIPE_KEY",
            "APIKEY",
            "FOO_APIKEY",
            "SSH_AUTH_SOCK",
        ),
        *("DROIDLITE_HOME", "MYTOKEN", "DBPASSWORD", "LD_PRELOAD", "BASH_ENV", "BASH_FUNC_ls%%", "GIT_SSH_COMMAND"),
    )
}
QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "PAGER": "cat",
    "MANPAGER": "cat",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "CLICOLOR": "0",
}


def test_credentials_stay_out_by_name() -> None:
    assert child_environment({**KEPT, **DROPPED}, []) == {**KEPT, **QUIET}


def test_credentials_stay_out_by_value() -> None:
    env = {"HOME": "/home/me", "PROXY": "http://me:sk-canary-1234@host", "SHORT": "abc"}
    assert child_environment(env, ["sk-canary-1234", "abc"]) == {"HOME": "/home/me", "SHORT": "abc", **QUIET}


def test_a_program_of_the_repository_does_not_pass_for_another() -> None:
    env = {"PATH": ".:/usr/bin::bin:/bin:"}
    assert child_environment(env, [])["PATH"] == "/usr/bin:/bin"


def test_colour_and_prompts_are_off() -> None:
    env = {"TERM": "xterm", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "GIT_PAGER": "less"}
    assert child_environment(env, []) == QUIET
