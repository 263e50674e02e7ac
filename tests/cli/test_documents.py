"""What the README tells people to type exists, and the studies in examples/ are studies."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from analysis.study import read_study
from cli.main import app

ROOT = Path(__file__).resolve().parents[2]
TYPED = re.findall(r"^therapygap .+?(?:\n {10,}.+)*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_the_readme_shows_commands() -> None:
    verbs = {shlex.split(line)[1] for line in TYPED}
    assert {"crawl", "crawls", "build", "describe", "query", "regions"} <= verbs


@pytest.mark.parametrize("line", TYPED)
def test_every_command_in_the_readme_exists_with_its_options(line: str) -> None:
    _, verb, *words = shlex.split(re.sub(r"\s{3,}\S.*", "", line) if verb_has_comment(line) else line)
    command = COMMANDS[verb]
    if hasattr(command, "commands"):  # a verb of verbs, such as 'regions add'
        command = command.commands[words[0]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def verb_has_comment(line: str) -> bool:
    """Tell whether a line ends in words of explanation set apart by spaces, as the README's crawls do."""
    return '"' not in line


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.toml")), ids=lambda file: file.stem)
def test_every_example_is_a_study(file: Path) -> None:
    assert read_study(file).directories


def test_exit_codes_are_told_in_readme_and_help() -> None:
    readme, told = (ROOT / "README.md").read_text(encoding="utf-8"), app.info.epilog or ""
    for code in ("0 done", "1 a fault", "2 wrong use", "3 finished but not to be trusted", "130 interrupted"):
        assert code in told
        assert code.split()[0] in readme
