"""The arguments of every command."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

WRONG_USE = 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_USE, f"{self.prog}: {message}\n")


Command = Callable[..., argparse.ArgumentParser]  # (name, what it does, parent parser)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments; pairs of `models` may stand behind its options, which argparse alone does not take."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command == "models" and not any(each.startswith("-") for each in rest):
        options.pairs += rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of lines; allowed: 1 or more")
    return int(text)


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; allowed: 1 to 65535")
    return int(text)


def _parser() -> _Parser:
    json_only = _Parser(add_help=False)
    json_only.add_argument(
        "--json", action="store_true", help="one JSON object on stdout, nothing else there"
    )
    common = _Parser(add_help=False, parents=[json_only])
    common.add_argument(
        "--config", type=Path, default=Path("config.toml"), metavar="FILE", help="default config.toml"
    )
    parser = _Parser(prog="run.py", description="The news of partner cities, in every partner's language.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, text: str, parent: _Parser = common) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[parent])

    _add_runs(command, json_only)
    _add_looks(command)
    return parser


def _add_runs(command: Command, json_only: _Parser) -> None:
    demo = command("demo", "one cycle on the sample network, then serve the result", json_only)
    demo.add_argument("--once", action="store_true", help="stop after the summary")
    demo.add_argument("--port", type=_port, default=8000)
    demo.add_argument("--dir", type=Path, default=Path("var/demo"), metavar="DIR")
    once = command("once", "one cycle, for cron")
    once.add_argument("--strict", action="store_true", help="a failed source is exit code 2")
    once.add_argument("--due", action="store_true", help="poll only the sources whose time has come")
    once.add_argument("--tied", action="store_true", help=argparse.SUPPRESS)
    serve = command("serve", "cycles on schedule, pages, feeds and desk")
    serve.add_argument("--port", type=_port, help="overrides [serve] port")
    collect = command("collect", "bring sources up to date")
    collect.add_argument("--due", action="store_true", help="poll only the sources whose time has come")
    command("translate", "translate what waits")
    publish = command("publish", "write the files that changed")
    publish.add_argument("--all", action="store_true", help="compose everything anew")


def _add_looks(command: Command) -> None:
    check = command("check", "configuration, sources, engines, store and disk: ok, or what to do")
    check.add_argument("--source", metavar="KEY", help="one source only")
    check.add_argument("--show", action="store_true", help="print the entries that each recipe finds")
    models = command("models", "the local engine's weights")
    models.add_argument("action", choices=["list", "fetch", "verify"])
    models.add_argument("pairs", nargs="*", metavar="SRC-TRG", help="default: all the configuration needs")
    evaluate = command("evaluate", "chrF and BLEU of the configured chain on a parallel text")
    evaluate.add_argument("--from", dest="source_language", required=True, metavar="LANG")
    evaluate.add_argument("--to", dest="target_language", required=True, metavar="LANG")
    evaluate.add_argument("--source", type=Path, required=True, metavar="FILE")
    evaluate.add_argument("--reference", type=Path, required=True, metavar="FILE")
    evaluate.add_argument("--limit", type=_count, metavar="N", help="the first N lines only")
    manage = command("manage", "Django's own commands")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
