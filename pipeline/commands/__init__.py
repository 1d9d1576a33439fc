"""What each command does. Every function takes (options, config, stop) and returns a Result."""

from pipeline.commands import cluster, engines, exchange, keeping, memory, people, running, watching
from pipeline.commands.result import Command

COMMANDS: dict[str, Command] = {
    **running.COMMANDS,
    **keeping.COMMANDS,
    **cluster.COMMANDS,
    **engines.COMMANDS,
    **memory.COMMANDS,
    **people.COMMANDS,
    **exchange.COMMANDS,
    **watching.COMMANDS,
}
