"""`translate --estimate`: a dry run of the engines, as a table or as JSON."""

import argparse
import threading
from contextlib import closing
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline import store
from pipeline.commands import running
from pipeline.commands.result import Command, Result
from pipeline.config import Config
from pipeline.progress import Progress
from pipeline.translate.estimate import Estimate, estimate
from pipeline.translate.room import open_engines


def _translate(options: argparse.Namespace, config: Config, stop: threading.Event) -> Result:
    if not options.estimate:
        return running.COMMANDS["translate"](options, config, stop)
    store.prepare()
    with closing(open_engines(config)) as room:
        found = estimate(config, room.routes, datetime.now(UTC))
    _show(found, Progress(quiet=options.json).console)
    return Result(data=found.as_dict())


def _show(found: Estimate, console: Console) -> None:
    table = Table(title="Would be sent", title_justify="left", title_style="bold", header_style="bold")
    for name in ("engine", "pair"):
        table.add_column(name)
    for name in ("sentences", "characters", "cost"):
        table.add_column(name, justify="right")
    for share in found.shares:
        table.add_row(
            share.engine, share.pair, *map(_number, (share.sentences, share.characters)), _money(share.cost)
        )
    console.print(table)
    console.print(
        f"{_number(found.entries)} entries are due; the memory has {_number(found.memory_hits)} of their sentences; "
        f"the rest costs {_money(found.cost) or 'nothing'}.",
        soft_wrap=True,
    )
    for engine, account in found.accounts.items():
        if account.budget:
            over = f"; [yellow]{_number(account.over)} are beyond it[/yellow]" if account.over else ""
            console.print(
                f"{engine}: {_number(account.spent)} of {_number(account.budget)} characters of this month are used, "
                f"{_number(account.wanted)} are wanted{over}",
                soft_wrap=True,
            )
    for reason, count in found.waiting_for.items():
        console.print(f"[yellow]{count} sentences would wait:[/yellow] {escape(reason)}", soft_wrap=True)


def _number(value: int) -> str:
    return f"{value:_}".replace("_", " ")


def _money(value: float) -> str:
    return f"{value:.2f}" if value else ""


COMMANDS: dict[str, Command] = {"translate": _translate}
