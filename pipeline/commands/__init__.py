"""What each command does. Every function takes (options, config, stop) and returns a Result."""

from pipeline.commands import running
from pipeline.commands.result import Command

COMMANDS: dict[str, Command] = {**running.COMMANDS}
