"""What the commands have in common."""

import argparse
import threading
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.config import Config

DONE, FAILED = 0, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    code: int = DONE
    data: object = None  # for --json


Command = Callable[[argparse.Namespace, Config, threading.Event], Result]
