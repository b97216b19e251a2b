"""Does any byte string near a frame make the HJ 212 codec raise or hang? A kept seed tells."""

import argparse
import time
from collections import Counter

from dashboard.commands.hj212 import facts_of
from ingest.codecs.hj212 import read
from tests.made.hj212.frames import mutated

SEED = 212


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    args = parser.parse_args()
    found: Counter[str] = Counter()
    slowest_s, began = 0.0, time.perf_counter()
    for data in mutated(SEED, args.cases):
        start = time.perf_counter()
        outcome = facts_of(read(data))
        slowest_s = max(slowest_s, time.perf_counter() - start)
        found[outcome.get("reason", "ok")] += 1
    for reason, count in found.most_common():
        print(f"{reason:>14}  {count}")
    taken_s = time.perf_counter() - began
    print(f"{args.cases} cases, seed {SEED}: no exception, slowest {slowest_s * 1e3:.1f} ms,")
    print(f"{taken_s:.0f} s in all")


if __name__ == "__main__":
    main()
