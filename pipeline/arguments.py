"""The arguments of every command."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

WRONG_USE = 1


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        # A mistyped option is named, and not taken for the one that begins so.
        super().__init__(**{"allow_abbrev": False} | options)

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_USE, f"{self.prog}: {message}\n")


Command = Callable[..., argparse.ArgumentParser]  # (name, what it does, parent parser)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments; pairs of `models` may stand behind its options, which argparse alone does not take."""
    parser = _parser()
    if arguments and arguments[0].startswith("-") and arguments[0] not in {"-h", "--help"}:
        parser.error(f"{arguments[0]} stands behind the command: ./run.py COMMAND {arguments[0]} …")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command == "models" and not any(each.startswith("-") for each in rest):
        options.pairs += rest
    elif rest:
        parser.error(
            f"{options.command} does not know {' '.join(rest)}; what it takes: ./run.py {options.command} --help"
        )
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
    _add_keeping(command)
    _add_cluster(command)
    _add_memory(command)
    _add_people(command)
    _add_exchange(command)
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
    once.add_argument("--cycle", default="", help=argparse.SUPPRESS)
    serve = command("serve", "cycles on schedule, pages, feeds and desk")
    serve.add_argument("--port", type=_port, help="overrides [serve] port")
    serve.add_argument("--pages", action="store_true", help="no cycles: in a cluster the workers do them")
    collect = command("collect", "bring sources up to date")
    collect.add_argument("--due", action="store_true", help="poll only the sources whose time has come")
    translate = command("translate", "translate what waits")
    translate.add_argument(
        "--estimate",
        action="store_true",
        help="only say what would be sent to which engine, and what it costs",
    )
    publish = command("publish", "write the files that changed")
    publish.add_argument("--all", action="store_true", help="compose everything anew")


def _add_looks(command: Command) -> None:
    check = command("check", "configuration, sources, engines, store and disk: ok, or what to do")
    check.add_argument("--source", metavar="KEY", help="one source only")
    check.add_argument("--show", action="store_true", help="print the entries that each recipe finds")
    models = command("models", "the local engine's weights")
    models.add_argument("action", choices=["list", "fetch", "verify", "mirror"])
    models.add_argument(
        "pairs",
        nargs="*",
        metavar="SRC-TRG",
        help="default: all the configuration needs; mirror: DIR before them",
    )
    evaluate = command("evaluate", "chrF and BLEU of the configured chain on a parallel text")
    evaluate.add_argument("--from", dest="source_language", required=True, metavar="LANG")
    evaluate.add_argument("--to", dest="target_language", required=True, metavar="LANG")
    evaluate.add_argument("--source", type=Path, required=True, metavar="FILE")
    evaluate.add_argument("--reference", type=Path, required=True, metavar="FILE")
    evaluate.add_argument("--limit", type=_count, metavar="N", help="the first N lines only")
    evaluate.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw chrF by groups of lines")
    manage = command("manage", "Django's own commands")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)


def _add_keeping(command: Command) -> None:
    backup = command("backup", "the whole store in one verified file, taken while others work")
    backup.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="default: dated, under [keep] directory"
    )
    restore = command("restore", "make the store what a backup says")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="also where the store holds entries already")
    move = command("move-store", "copy the store into another, empty database")
    move.add_argument("--to", required=True, metavar="URL", help="postgresql://… or sqlite:///FILE")
    command("prune", "let go what is past its time by [keep]")
    status = command("status", "what is wrong, in words, and what to do")
    status.add_argument(
        "--metrics", action="store_true", help="the metrics instead, in Prometheus' text format"
    )


def _add_cluster(command: Command) -> None:
    worker = command("worker", "take tasks from the queues; several machines, one PostgreSQL")
    worker.add_argument(
        "--queues",
        nargs="+",
        choices=["collect", "translate", "publish", "upkeep"],
        default=["collect", "translate", "publish", "upkeep"],
        help="default: all",
    )
    worker.add_argument("--concurrency", type=_count, default=4, metavar="N", help="tasks at once; default 4")
    command("scheduler", "put in tasks for what is due; of several, one is at work")


def _add_memory(command: Command) -> None:
    memory = command("memory", "the translation memory as TMX, out and in")
    memory.add_argument("action", choices=["export", "import"])
    memory.add_argument("file", type=Path, metavar="FILE")
    memory.add_argument(
        "--languages", nargs="+", default=[], metavar="LANG", help="only between these; default: all"
    )
    memory.add_argument(
        "--origin",
        nargs="+",
        default=[],
        metavar="NAME",
        help="export: human, import, an engine or all; default human import. import: import (default), human or keep",
    )
    terms = command("terms", "the termbase as CSV or TBX, out and in")
    terms.add_argument("action", choices=["export", "import"])
    terms.add_argument("file", type=Path, metavar="FILE", help="ends in .csv or .tbx")


def _add_people(command: Command) -> None:
    editors = command("editors", "who may sign in to the desk, and what they may do there")
    editors.add_argument(
        "action", choices=["list", "add", "roles", "password", "link", "token", "remove", "activate"]
    )
    editors.add_argument("name", nargs="?", metavar="NAME", help="all but list")
    editors.add_argument(
        "--role",
        choices=["reader", "editor", "chief", "administrator"],
        default="editor",
        help="default editor",
    )
    editors.add_argument("--language", action="append", metavar="LANG", help="may stand again; default: all")
    editors.add_argument(
        "--city", action="append", metavar="KEY", help="of a source; may stand again; default: all"
    )
    editors.add_argument("--full-name", metavar="NAME", help="stands on texts they approved")
    editors.add_argument("--email", metavar="ADDRESS", help="for the daily mail")
    editors.add_argument("--ui-language", metavar="LANG", help="of the desk and its mails")
    editors.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _add_exchange(command: Command) -> None:
    xliff = command("xliff", "translations out to another tool, and back")
    xliff.add_argument("action", choices=["export", "import"])
    xliff.add_argument("file", type=Path, metavar="FILE")
    xliff.add_argument("--language", metavar="LANG", help="export: the target language")
    xliff.add_argument(
        "--state",
        action="append",
        choices=["waiting", "machine", "edited", "approved"],
        help="export: may stand again; waiting, for a person, is the default",
    )
    xliff.add_argument("--editor", metavar="NAME", help="import: whose words these are")
    command("notices", "mail the editors what waits for them")
