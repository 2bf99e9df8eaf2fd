#!/usr/bin/env python3
"""Plants a fault for each family of channel tests and shows that the family finds it. Faults of the promises G1 to G25 of
docs/GUARANTEES.md stand in the product and are shown by tests/faults.py.

    tests/planted.py [FAMILY...]

Works on a copy of the committed tree in target/planted, with what is built already, so nothing is left behind. The faults are
planted together, those of one group in one build; a family is the tests whose names begin so. The status is 0 when every family
failed.

To add one: a line in GROUPS with the file, the words that stand there exactly once, what they become, and who must notice.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PLACE = PROJECT / "target/planted"
TREE = PLACE / "tree"

# Family, file, what stands there, what it becomes.
GROUPS = [
    [
        ("channels::telegram::", "src/channels/telegram.rs", "if account.secrets(SECRET).any(fits) {", "if !given.is_empty() || account.secrets(SECRET).any(fits) {"),
        ("channels::whatsapp::", "src/channels/whatsapp.rs", "if !meta::window_is_open(saying.to.last_in_at, now) {", "if now < 0 {"),
        ("channels::messenger::", "src/channels/messenger.rs", "page::is_of(raw, account.setting(PAGE))", "!account.setting(PAGE).is_empty() && raw.is_object()"),
        ("channels::instagram::", "src/channels/instagram.rs", "unit: Unit::Bytes", "unit: Unit::Characters"),
        ("channels::line::", "src/channels/line.rs", "200..=299 | 409 =>", "200..=299 =>"),
        ("channels::viber::", "src/channels/viber.rs", "value.as_u64().map(|token| token.to_string())", "value.as_f64().map(|token| format!(\"{token:.0}\"))"),
        ("channels::twilio::", "src/channels/twilio.rs", "let pairs: BTreeSet<_> = form_urlencoded::parse(body).collect();", "let pairs: BTreeSet<_> = form_urlencoded::parse(body).filter(|(_, value)| !value.is_empty()).collect();"),
        ("channels::webhook::", "src/channels/webhook.rs", 'kind == "message.inbound" => data.message_id.clone()', 'kind == "nothing" => data.message_id.clone()'),
    ],
    [
        ("channels::kills::", "src/delivery/inbox.rs", "event.event_key));", "Uuid::new_v4()));"),
        ("channels::early_reports::", "src/delivery/receipts.rs", "early_reports::keep(connection, &early, here.sources.now())?;", "drop(early);"),
        ("channels::failed_event::", "src/delivery/receipts.rs", "if changed && state == DeliveryState::Failed {", "if state == DeliveryState::Failed {"),
        ("channels::file_links::", "src/files/links.rs", "until >= now", "now >= 0"),
        ("channels::check::", "src/channels/twilio.rs", "Ok(Some(Call { headers, ..Call::get(url(account, \".json\")?) }))", "Ok(None)"),
        ("secrets_key::", "src/app.rs", "    write(&both)?;\n", "    write(&both.newest())?;\n"),
    ],
]


def main():
    wanted = sys.argv[1:]
    copy_tree()
    # What is built for the project's own tree is good for its dependencies here.
    target = PLACE / "target"
    if not target.exists():
        target.mkdir(parents=True)
        built = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")) / "debug"
        subprocess.run(["cp", "-al", built, target], check=True)
        shutil.rmtree(target / "debug/incremental", ignore_errors=True)
        # A link to the lock would be the same lock.
        (target / "debug/.cargo-lock").unlink(missing_ok=True)
    missed = []
    for group in GROUPS:
        faults = [fault for fault in group if not wanted or any(fault[0].startswith(word) for word in wanted)]
        if not faults:
            continue
        originals = {path: (TREE / path).read_text() for _, path, *_ in faults}
        for family, path, before, after in faults:
            plant(family, TREE / path, before, after)
        try:
            for family, *_ in faults:
                failed = tests(target, family)
                print(f"{family:<28} {'found by ' + ', '.join(failed) if failed else 'NOT FOUND'}", flush=True)
                missed += [] if failed else [family]
        finally:
            for path, text in originals.items():
                (TREE / path).write_text(text)
    sys.exit(1 if missed else 0)


def copy_tree():
    """The committed tree, without what was planted before."""
    shutil.rmtree(TREE, ignore_errors=True)
    TREE.mkdir(parents=True)
    archive = subprocess.Popen(["git", "archive", "HEAD"], cwd=PROJECT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", TREE], stdin=archive.stdout, check=True)
    if archive.wait() != 0:
        sys.exit("the committed tree cannot be read")


def plant(family, path, before, after):
    text = path.read_text()
    if text.count(before) != 1:
        sys.exit(f"{family} {path.relative_to(TREE)}: not exactly once: {before}")
    path.write_text(text.replace(before, after))


def tests(target, family):
    """Names of the tests of a family that failed."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    command = ["cargo", "test", "--quiet", "--locked", "--test", "it", "--", family]
    done = subprocess.run(command, cwd=TREE, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if "test result:" not in done.stdout:
        sys.exit(f"{family}: it does not build\n{done.stdout[-4000:]}")
    if re.search(r"running 0 tests", done.stdout):
        sys.exit(f"{family}: there are no such tests")
    failed = re.findall(r"^    (\S+)$", done.stdout.rsplit("failures:", 1)[-1], re.M) if done.returncode else []
    return [name.removeprefix(family) for name in failed]


if __name__ == "__main__":
    main()
