"""A stand-in for the native engine inside a real worker process: it misbehaves on command."""

from pathlib import Path

from pipeline.records import Pair
from pipeline.translate.engines.weights import ModelFiles

SOURCE = """
import os, sys, time

class Translator:
    def __init__(self, model, src_vocab, trg_vocab, shortlist=None):
        if model == b"broken":
            raise ValueError("not a model")
        if model == b"deadly":
            os.abort()
        self.tag = model.decode()

    def translate(self, text):
        command, _, rest = text.partition(" ")
        if command == "abort":
            sys.stderr.write("the engine panicked\\n")
            sys.stderr.flush()
            os.abort()
        if command == "burn":
            while True:
                pass
        if command == "sleep":
            time.sleep(float(rest))
        if command == "once":  # kills the first worker that meets it
            path = rest
            if not os.path.exists(path):
                open(path, "w").close()
                os.abort()
        if command == "print":
            print("noise " * 1000, flush=True)
            os.write(1, b"\\x00\\x00\\x00\\x05noise")
            text += repr(sys.stdin and sys.stdin.read())
        if command == "pid":
            text = str(os.getpid())
        if command == "refuse":
            raise ValueError("no")
        return f"{self.tag}: {text}"
"""


def install(folder: Path) -> Path:
    """Write the stand-in where a worker can import it."""
    (folder / "fxtranslate.py").write_text(SOURCE, encoding="utf-8")
    return folder


def model(folder: Path, content: str) -> ModelFiles:
    """A model whose answers begin with `content`."""
    path = folder / f"model.{content}"
    path.write_text(content, encoding="utf-8")
    return ModelFiles(pair=Pair("en", "xx"), model=path, source_vocab=path, target_vocab=path)
