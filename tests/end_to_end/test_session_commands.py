"""A session over two days through the true program: what it costs, what fills it, what it is called, written out."""

import json
from pathlib import Path

from binary import configure, droidlite, endpoint_settings
from loopback import Asked, Loopback, Said
from terminal import Terminal

READ = Said("I look.", calls=(Asked("read", {"file_path": "a.py"}),), usage={"input": 4_000, "output": 100})
WARM = {"input": 100, "cache_read": 4_100, "output": 50}


def test_figures_title_and_page_of_a_session_that_is_gone_on_with(repo: Path) -> None:
    (repo / "a.py").write_text("x = 1\n")
    with Loopback([READ, Said("One.", usage=WARM), Said("An aside.", usage=WARM), Said("Two.", usage=WARM)]) as server:
        configure(endpoint_settings(server.endpoint("anthropic")))
        ran = droidlite("exec", "-m", "claude-sonnet-5-5", "-o", "json", "please look at a.py", cwd=repo)
        session, first_usd = ran.result["session_id"], ran.result["total_cost_usd"]
        (repo / "a.py").write_text("x = 2\n")
        with Terminal("-c", cwd=repo) as terminal:
            terminal.sees("going on with: look at a.py")
            terminal.sees("a.py differs from what the model last saw. The model is told.")
            terminal.type("/cost\r")
            terminal.sees(f"${first_usd:.4f} in this session")
            terminal.sees(f"claude-sonnet-5-5 2 8,200 50% 150 ${first_usd:.4f}")
            terminal.type("/btw what is x?\r")
            terminal.sees("An aside.")
            terminal.sees("it is no part of the conversation")
            terminal.type("go on\r")
            terminal.sees("Two.")
            terminal.sees("message, $0.01")  # the reply has ended, and been counted
            terminal.type("/context\r")
            terminal.sees("the service counted 4,200 of these tokens")
            terminal.type("/rename The two of x\r")
            terminal.sees("now called: The two of x")
            terminal.type("/export html\r")
            terminal.sees(f"droidlite-{session}.html")
            assert terminal.leaves() == 0
    page = (repo / f"droidlite-{session}.html").read_text()
    assert page == droidlite("sessions", "export", session, "--format", "html", cwd=repo).out
    assert ("<h1>The two of x</h1>" in page, "what is x?" in page, "An aside." in page) == (True, False, False)
    (listed,) = json.loads(droidlite("sessions", "--json", cwd=repo).out)
    assert (listed["title"], listed["turns"], listed["last_prompt"]) == ("The two of x", 2, "go on")
    whole = json.loads(droidlite("sessions", "export", session[-4:], "--format", "json", cwd=repo).out)
    assert (listed["cost_usd"], len(server.requests)) == (whole["spent_usd"], 4)
    said = [(each["by"], each["text"]) for each in whole["messages"] if each["type"] == "user"]
    assert [text for by, text in said if by == "person"] == ["please look at a.py", "go on"]
    shown = droidlite("sessions", "show", session, cwd=repo).out
    assert all(f"## {'You' if by == 'person' else 'droidlite told the model'}\n\n{text}" in shown for by, text in said)
    assert said[0][0] == "droidlite"
    table = droidlite("sessions", "search", "LOOK", "at", cwd=repo, env={"COLUMNS": "120"}).out
    assert f"claude-sonnet-5-5  The two of x\n{'':{len(session)}}  please look at a.py\n" in table
    assert droidlite("sessions", "search", "nowhere", cwd=repo).out.startswith("No session has 'nowhere' in its title")
