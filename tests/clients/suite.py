"""Runs the tests in Python and says at the end how many passed, as the other runners do."""

import sys
import unittest
from pathlib import Path


def main():
    tests = unittest.defaultTestLoader.discover(str(Path(__file__).parent), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(tests)
    bad = len(result.failures) + len(result.errors) + len(result.skipped)
    print(f"# pass {result.testsRun - bad}\n# fail {bad}", flush=True)
    sys.exit(bad > 0 or result.testsRun == 0)


if __name__ == "__main__":
    main()
