"""The commands on our pages are commands: their names, options and words are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from tools.cli import main

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "INSTALLATEUR.md", "firmware/README.md", "sim/board/README.md")


def typed() -> list[tuple[str, str]]:
    """(page, command): indented lines, and between backticks."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        lines = re.findall(r"^ {4}(noctule .*)$", text, re.MULTILINE)
        for command in [*lines, *re.findall(r"`(noctule [^`]*)`", text)]:
            command = re.split(r"\s+#", command)[0].replace("\n", " ")
            found.append((page, command.replace("[", "").replace("]", "")))
    return found


def misread(command: str) -> str:
    """What in a command is not understood, or ""."""
    context = click.Context(main)
    node: click.Command = main
    words = shlex.split(command)[1:]
    given = 0
    while words:
        word = words.pop(0).split("|")[0]
        if isinstance(node, click.Group):
            inner = node.get_command(context, word)
            if inner is None:
                return f"no command {word}"
            node = inner
        elif word.startswith("-"):
            options = [each for each in node.params if word in each.opts + each.secondary_opts]
            if not options:
                return f"no option {word}"
            option = options[0]
            if isinstance(option, click.Option) and not option.is_flag and not option.count:
                words = words[option.nargs :]
        elif word != "...":
            given += 1
    arguments = [each for each in node.params if isinstance(each, click.Argument)]
    most = sum(each.nargs if each.nargs > 0 else 99 for each in arguments)
    return f"{given} words, where {most} are taken" if given > most else ""


def test_there_are_some():
    named = {command.split()[1] for _, command in typed()}
    assert {"keys", "provision", "build", "push", "status", "log", "rollback", "recover"} <= named


@pytest.mark.parametrize(("page", "command"), typed())
def test_it_is_understood(page, command):
    assert misread(command) == ""


@pytest.mark.parametrize(
    "command", ["noctule psuh", "noctule push --prot X", "noctule keys new a b", "noctule log a"]
)
def test_what_is_not(command):
    assert misread(command)
