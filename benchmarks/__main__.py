"""./do bench: all claims in one table. ./do bench NAME …: one benchmark. ./do bench list: their names.

Each prints ratios against a named peer or limit, measured in the same run.
"""

import importlib
import sys

from benchmarks import everything
from pipeline import logs
from pipeline.options.log import Log

BENCHMARKS = {
    "translate-stage": "the translate stage, store and all, against the bare engine on a parallel text",
    "quality": "chrF2 of the pipeline beside the bare engine on a parallel text, both ways",
    "collect-folder": "a folder of feed files through the collect code, beside plain feedparser",
    "polling": "the collect stage over many loopback sources, unchanged and changed, against the reader library",
    "extraction": "the text of articles without selectors, beside trafilatura alone, on pages in ten languages",
    "mixed-answers": "segments swapped or merged by a service: how many are found, and how many good ones doubted",
    "stories": "how surely one event that several sources tell is told from others: precision and recall",
    "pool": "the local engine's workers: memory, and what a bad text or a killed worker costs the others",
    "readers": "what real feed readers and parsers see of the demo's feeds, each field counted",
    "desk": "the queue and the editor's page with 100,000 translations in the store, against 100 ms",
    "memory": "the translation memory at a million units: similar and exact sentences, the index, TMX",
    "checks": "false alarms of the checks on parallel texts by people, and lost denials and terms that they find",
    "gates": "checks, segmentation and markup projection on parallel texts: false alarms, faults found, F1, losses",
    "risk": "faults put into machine translations: does the risk order them, what passes and what is held",
    "soak": "months of cycles over changing feeds with the clock moved on: memory, store and tree stay bounded",
    "kills": "runs and workers killed at random moments: the tree ends as the undisturbed one",
    "cluster": "several workers on one PostgreSQL beside a plain cycle, the price of a task, a model of many sources",
    "crowd": "a thousand readers polling while a cycle runs: wrong bytes, errors, and what it costs the cycle",
    "publish": "publish after one new item with a thousand and with a million entries in the store",
    "pages": "every kind of page in every language in a browser: axe, sideways scrolling, other hosts, no script",
    "web": "the built-in web server beside nginx on the same tree: requests a second",
    "cycle": "a first and a second cycle over a folder of feed files: the second one's share of the CPU",
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1].startswith("--"):
        return everything.main(sys.argv[1:])
    if sys.argv[1] not in BENCHMARKS:
        for name, text in BENCHMARKS.items():
            print(f"  {name:<18} {text}")
        print("All in one table: ./do bench. Options of one: ./do bench NAME --help")
        return 0 if sys.argv[1] == "list" else 1
    logs.begin(Log(), stays=False)  # what a cycle tells of each entry is not the benchmark's result
    module = importlib.import_module(f"benchmarks.{sys.argv[1].replace('-', '_')}")
    module.main(sys.argv[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
