"""[log]: the form of the log on stderr, and from which level on."""

from typing import Literal

from pipeline.tables import Table

Form = Literal["auto", "human", "json"]
Level = Literal["auto", "debug", "info", "warning", "error"]


class Log(Table):
    form: Form = "auto"  # auto: for people on a terminal, else one JSON object a line
    level: Level = (
        "auto"  # auto: info of what stays (serve, worker, scheduler), warning of what ends by itself
    )
