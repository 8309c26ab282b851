"""fill_journal.py EXPORT.jsonl REGISTRY: puts the entries of an export in place of the journal of a
registry made for measuring. Nothing but the journal is then of any use in it."""
import json
import sqlite3
import sys

db = sqlite3.connect(sys.argv[2], isolation_level=None)
triggers = db.execute(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"
).fetchall()
for name, _ in triggers:
    db.execute(f"DROP TRIGGER {name}")
db.execute("PRAGMA synchronous = OFF")
db.execute("PRAGMA foreign_keys = OFF")
db.execute("BEGIN")
db.execute("DELETE FROM journal")


def rows():
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line).get("entry")
            if entry:
                yield (entry["seq"], entry["at_utc"], entry["login"], entry["system_user"],
                       entry["kind"], entry["subject"], entry["body"],
                       bytes.fromhex(entry["prev_hash"]), bytes.fromhex(entry["hash"]))


db.executemany("INSERT INTO journal (seq, at_utc, login, system_user, kind, subject, body,"
               " prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())
db.execute("COMMIT")
for _, sql in triggers:
    db.execute(sql)
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
