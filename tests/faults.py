#!/usr/bin/env python3
"""Shows that the tests of our promises can fail: one planted fault for each of G1 to G25 of docs/GUARANTEES.md.

    tests/faults.py [PROMISE or FAULT...]        all, or these: tests/faults.py G6 ResumeSkipsOne

The faults stand in the product (src/fault.rs). One build with the feature `fault-injection` has them all, in target/faults;
the table of docs/GUARANTEES.md says which tests find which. First these tests run without any fault, and must pass. Then
they run once for each fault, with it on, and every one of them must fail, by itself and in time: a test that has to be ended
has found nothing. The last line is "25 of 25 found"; the status is 0 only then.

Faults of single messaging platforms are planted by tests/planted.py: into copies of the source, a family of tests at a time.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TARGET = PROJECT / "target/faults"
FEATURE = "fault-injection"

# Seconds that the tests of one fault may take, and all tests without one.
FAULT_LIMIT = 180
CLEAN_LIMIT = 600

# Faults at a time. Most of their tests' time is waiting.
AT_ONCE = 3


def main():
    promises = read_promises(sys.argv[1:])
    refuses_release()
    begun = time.monotonic()
    program = build()
    listed = subprocess.run([program, "--list"], cwd=PROJECT, text=True, stdout=subprocess.PIPE, check=True).stdout
    tests = [line.removesuffix(": test") for line in listed.splitlines() if line.endswith(": test")]
    finders = {fault: [test for name in names for test in matching(tests, name)] for _, fault, names in promises}
    print(f"built in {time.monotonic() - begun:.0f} s", flush=True)

    with Postgres():
        everything = sorted({test for names in finders.values() for test in names})
        took, passed, failed, ended, said = run(program, everything, None, CLEAN_LIMIT)
        if not ended or failed or len(passed) != len(everything):
            print(said[-8000:])
            sys.exit(f"without a fault: {len(passed)} of {len(everything)} tests passed; {', '.join(failed) or 'they did not end'}")
        print(f"without a fault: {len(passed)} tests pass, {took:.0f} s", flush=True)
        begun, found = time.monotonic(), 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            results = pool.map(lambda row: run(program, finders[row[1]], row[1], FAULT_LIMIT), promises)
            for (promise, fault, _), (took, passed, failed, ended, _) in zip(promises, results):
                if ended and failed and not passed and len(failed) == len(finders[fault]):
                    found += 1
                    verdict = f"found by {', '.join(failed)}"
                else:
                    verdict = f"NOT FOUND by {', '.join(passed)}" if passed else "NOT FOUND: the tests did not end"
                print(f"{promise:<4}{fault:<24}{took:4.0f} s  {verdict}", flush=True)
    print(f"all faults: {time.monotonic() - begun:.0f} s")
    print(f"{found} of {len(promises)} found")
    sys.exit(found != len(promises))


def read_promises(wanted):
    """Promise, fault and the tests that find it, from the table; all, or those that are asked for."""
    rows = []
    for line in (PROJECT / "docs/GUARANTEES.md").read_text().splitlines():
        if re.match(r"\| G\d+ \|", line):
            cells = line.strip("| ").split(" | ")
            fault, *names = re.findall(r"`([^`]+)`", cells[3])
            rows.append((cells[0], fault, names))
    unknown = [word for word in wanted if not any(word in row[:2] for row in rows)]
    if unknown:
        sys.exit(f"neither a promise nor a fault: {', '.join(unknown)}")
    return [row for row in rows if not wanted or set(wanted) & set(row[:2])]


def matching(tests, name):
    """The test of this name, once for each database where it runs on both."""
    full = [test for test in tests if test.rsplit("::", 1)[-1] == name]
    if not full:
        sys.exit(f"there is no test {name}")
    return full


def refuses_release():
    """A build without debug assertions, as every release is one, must refuse the feature."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["rustc", "--edition", "2024", "--crate-type", "lib", "--cfg", f'feature="{FEATURE}"', "--emit", "metadata"]
        command += ["-C", "debug-assertions=no", "-o", f"{folder}/fault.rmeta", "src/fault.rs"]
        done = subprocess.run(command, cwd=PROJECT, text=True, stderr=subprocess.PIPE)
    if done.returncode == 0 or "a release is never built with" not in done.stderr:
        sys.exit(f"a release with faults is not refused\n{done.stderr}")
    print("a release with faults is refused", flush=True)


def build():
    """Builds program and tests with all faults; answers the tests' path."""
    built = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")) / "debug"
    if built.exists() and not TARGET.exists():
        shutil.copytree(built, TARGET / "debug", copy_function=link, ignore=not_of_dependencies)
    command = ["cargo", "test", "--locked", "--test", "it", "--features", FEATURE, "--no-run", "--message-format=json"]
    environment = {"CARGO_INCREMENTAL": "0", **os.environ, "CARGO_TARGET_DIR": str(TARGET)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, text=True, stdout=subprocess.PIPE)
    if done.returncode != 0:
        messages = [json.loads(line).get("message", {}) for line in done.stdout.splitlines()]
        rendered = [message.get("rendered", "") for message in messages if isinstance(message, dict)]
        sys.exit("it does not build\n" + "".join(text for text in rendered if text))
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message["reason"] == "compiler-artifact" and message["target"]["name"] == "it" and message["executable"]:
            return message["executable"]
    sys.exit("there is no test program")


def link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def not_of_dependencies(folder, names):
    """What is built for the project is good for its dependencies here; not what is its own, and not the lock."""
    own = re.compile(r"(lib)?switchboard|(it|tidy)-[0-9a-f]{16}|incremental$|examples$|\.cargo-lock$")
    return [name for name in names if own.match(name)]


def run(program, tests, fault, limit):
    """Runs these tests with a fault on: seconds, which passed, which failed, whether they came to an end, and all they said."""
    environment = {**os.environ, "RUST_BACKTRACE": "0"}
    environment.pop("FAULT_INJECTION", None)
    if fault:
        environment["FAULT_INJECTION"] = fault
    begun = time.monotonic()
    # A session of its own: what hangs is ended with the servers it has started.
    running = subprocess.Popen(
        [program, "--exact", *tests], cwd=PROJECT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )
    try:
        said, _ = running.communicate(timeout=limit)
        ended = True
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        said, _ = running.communicate()
        ended = False
    results = re.findall(r"^test (\S+) \.\.\. (ok|FAILED)$", said, re.M)
    passed = [test for test, result in results if result == "ok"]
    failed = [test for test, result in results if result == "FAILED"]
    # A run that broke off has no last line.
    return time.monotonic() - begun, passed, failed, ended and "test result:" in said, said


class Postgres:
    """The server of SWITCHBOARD_TEST_POSTGRES_URL, or else one of our own as long as this lasts."""

    NAME = "SWITCHBOARD_TEST_POSTGRES_URL"

    def __enter__(self):
        self.folder = None
        if self.NAME in os.environ:
            return
        self.folder = tempfile.mkdtemp(prefix="switchboard-faults.")
        os.chmod(self.folder, 0o711)
        started = subprocess.run([PROJECT / "tests/postgres.sh", "start", f"{self.folder}/postgres"], text=True, stdout=subprocess.PIPE, check=True)
        os.environ[self.NAME] = started.stdout.strip()

    def __exit__(self, *_):
        if self.folder:
            subprocess.run([PROJECT / "tests/postgres.sh", "stop", f"{self.folder}/postgres"], check=False)
            shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
