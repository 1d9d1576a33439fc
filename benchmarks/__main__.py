"""./do bench NAME …: each benchmark prints a ratio against a named peer or limit, measured in the same run."""

import importlib
import sys

BENCHMARKS = {
    "translate-stage": "the translate stage, store and all, against the bare engine on a parallel text",
    "collect-folder": "a folder of feed files through the collect code, beside plain feedparser",
    "polling": "the collect stage over many loopback sources, unchanged and changed, against the reader library",
    "extraction": "the text of articles without selectors, beside trafilatura alone, on pages in ten languages",
    "cycle": "a first and a second cycle over a folder of feed files: the second one's share of the CPU",
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in BENCHMARKS:
        for name, text in BENCHMARKS.items():
            print(f"  {name:<18} {text}")
        print("Options of one: ./do bench NAME --help")
        return 0 if len(sys.argv) < 2 else 1
    module = importlib.import_module(f"benchmarks.{sys.argv[1].replace('-', '_')}")
    module.main(sys.argv[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
