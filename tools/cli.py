"""The `noctule` command: `noctule --help`.

Exit codes: 0 fine, 1 findings (a site with errors, nothing done; differences), 2 wrong usage.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from tools.spoken import foretold

COMMANDS = {
    "new": "tools.new:new",
    "check": "tools.check:check",
    "sim": "tools.sim:sim",
    "why": "tools.why:why",
    "diff": "tools.diff:diff",
    "trace": "tools.trace:trace",
    "sun": "tools.sun:sun",
    "schema": "tools.schema:schema",
    "export": "tools.export:export",
    "import": "tools.import_:import_",
    "board": "tools.board:board",
    "keys": "tools.keys:keys",
    "build": "tools.build:build_",
    "provision": "tools.provision:provision",
    "push": "tools.push_:push",
    "status": "tools.node:status",
    "log": "tools.node:log",
    "time": "tools.node:time_",
    "rollback": "tools.node:rollback",
    "recover": "tools.provision:recover",
}


class _Commands(click.Group):
    """Each command is imported when it is asked for: `noctule sun` loads no charts."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="noctule")
def main() -> None:
    """Street lighting by Noctule: write a site, check it, simulate it, ask why.

    \b
    noctule new my-site.toml
    noctule check sim/demo/village.toml
    noctule sim sim/demo/village.toml --nights 7 --report report.html
    noctule why sim/demo/village.toml --lamp E05 --at "2026-11-24 02:10"
    """


def run() -> None:
    """The command's entry: what cannot be printed is said, without a traceback."""
    foretold(sys.argv[1:])
    try:
        main()
    except OSError as error:
        click.echo(f"noctule: {error.strerror}", err=True)
        raise SystemExit(1) from None
