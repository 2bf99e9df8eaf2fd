#!/usr/bin/env python3
"""Kills the program between two steps of its work, by SIGKILL, and shows that it survives: once at each point of src/kill.rs, on
SQLite and PostgreSQL.

    tests/kills.py [POINT...]        all, or these: tests/kills.py AfterCommit AfterCall

One build with the feature `fault-injection`, the one of tests/faults.py, has all points; each has its test in
tests/it/kill_points.rs. Before that, a program that does a command again which it did before it died (the planted fault
ClientIdNotLookedUp) is killed, and must be found out. The last line is "58 of 58 points survived"; the status is 0 only then.
"""

import os
import re
import subprocess
import sys
import time

import faults

# Seconds that all tests together may take.
LIMIT = 1200

# Tests at a time. Most of their time is waiting.
AT_ONCE = 3

# Seen to fail: this fault is found by this test.
LOSES = ("ClientIdNotLookedUp", "kill_points::sqlite::command_answered")


def main():
    program = faults.build()
    listed = subprocess.run([program, "--list"], cwd=faults.PROJECT, text=True, stdout=subprocess.PIPE, check=True).stdout
    tests = re.findall(r"^(kill_points::\S+): test$", listed, re.M)
    wanted = {re.sub(r"(?<!^)(?=[A-Z])", "_", point).lower() for point in sys.argv[1:]}
    unknown = wanted - {name(test) for test in tests}
    if unknown:
        sys.exit(f"no point: {', '.join(sorted(unknown))}")
    tests = [test for test in tests if not wanted or name(test) in wanted]
    os.environ["RUST_TEST_THREADS"] = str(AT_ONCE)
    with faults.Postgres():
        begun = time.monotonic()
        _, passed, failed, _, _ = faults.run(program, [LOSES[1]], LOSES[0], faults.FAULT_LIMIT)
        if passed or not failed:
            sys.exit(f"{LOSES[1]} does not find {LOSES[0]}")
        print(f"a program with {LOSES[0]} is found out", flush=True)
        _, passed, failed, ended, said = faults.run(program, [*tests, "--show-output"], None, LIMIT)
    for line in re.findall(r"^[A-Za-z]+:\d+: died .*$", said, re.M):
        print(line)
    if failed or not ended:
        print(said[-8000:])
    for test in failed:
        print(f"NOT SURVIVED: {test}")
    print(f"all points: {time.monotonic() - begun:.0f} s")
    print(f"{len(passed)} of {len(tests)} points survived")
    sys.exit(not ended or len(passed) != len(tests))


def name(test):
    return test.rsplit("::", 1)[-1]


if __name__ == "__main__":
    main()
