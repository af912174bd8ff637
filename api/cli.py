"""The `rounds` command. A command's module is imported when it is asked for, and what it needs when it runs."""

import sys
import traceback
from importlib import import_module

import click

from api.commands.exits import Exit, exit_of
from optimizer.domain.errors import RoundsError

COMMANDS = {
    "check": "api.commands.problems:check",
    "db": "api.commands.db:db",
    "demo": "api.commands.demo:demo",
    "evaluate": "api.commands.problems:evaluate",
    "feeds": "api.commands.feeds:feeds",
    "import": "api.commands.import_:import_",
    "keys": "api.commands.keys:keys",
    "plan": "api.commands.plan:plan",
    "practice": "api.commands.practice:practice",
    "replan": "api.commands.replan:replan",
    "roads": "api.commands.roads:roads",
    "serve": "api.commands.serve:serve",
    "show": "api.commands.show:show",
    "sign-in": "api.commands.sign_in:sign_in",
    "solve": "api.commands.problems:solve",
}
"""`module:command` by name; a new command adds its line here."""


class LazyGroup(click.Group):
    """Finds its commands by `COMMANDS`, and turns what goes wrong into words on stderr and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except RoundsError as error:
            tell(error)
            ctx.exit(exit_of(error))
        except BrokenPipeError:  # the reader of our output has gone: `rounds show | head`
            sys.stderr.close()
            ctx.exit(Exit.DONE)
        except Exception as error:
            # Neither the message nor local variables: both can carry a client's name.
            click.echo("".join(traceback.format_tb(error.__traceback__)), err=True, nl=False)
            click.echo(f"{type(error).__name__}: this is a bug in Rounds; please report the lines above.", err=True)
            ctx.exit(Exit.BUG)


def tell(error: RoundsError) -> None:
    """What went wrong, on stderr, one line a fault."""
    click.echo(f"rounds: {_sentences(error.detail, error.hint)}", err=True)
    for fault in error.faults:
        click.echo(f"  {fault.pointer or '/'}: {_sentences(fault.detail, fault.hint)} [{fault.code}]", err=True)


def _sentences(*parts: str) -> str:
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rounds", prog_name="rounds")
def main() -> None:
    """Plan home visits.

    The result goes to stdout, the log to stderr. Exit codes: 0 done, 2 usage, 3 planned with visits left out, 4 bad
    input, 70 a bug, 75 another run holds the lock, a port is in use or a service is down.
    """
