"""The `noctule` command: `noctule --help`.

Exit codes: 0 fine, 1 findings (a site with errors, nothing done), 2 wrong usage.
"""

from __future__ import annotations

import click

from tools.check import check
from tools.sim import sim
from tools.sun import sun
from tools.trace import trace
from tools.why import why


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="noctule")
def main() -> None:
    """Street lighting by Noctule: check a site, simulate it, ask why.

    \b
    noctule check sim/demo/village.toml
    noctule sim sim/demo/village.toml --nights 7 --report report.html
    noctule why sim/demo/village.toml --lamp E05 --at "2026-11-24 02:10"
    """


def run() -> None:
    """The command's entry: what cannot be printed is said, without a traceback."""
    try:
        main()
    except OSError as error:
        click.echo(f"noctule: {error.strerror}", err=True)
        raise SystemExit(1) from None


for command in (check, sim, trace, why, sun):
    main.add_command(command)
