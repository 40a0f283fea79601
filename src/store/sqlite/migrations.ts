/** The schema, a step a version. A step that was released is never changed. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE session (
    key TEXT PRIMARY KEY,
    title TEXT,
    messages INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX session_by_update ON session (updated_at DESC);
  CREATE TABLE message (
    session TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    turn TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (session, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rest (
    key TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    billing_failures INTEGER NOT NULL,
    last_failure_at INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL,
    at INTEGER NOT NULL,
    session TEXT,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ledger_by_time ON ledger (at);
  CREATE INDEX ledger_by_call ON ledger (call);
  CREATE INDEX ledger_by_session ON ledger (session, at);
  CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until INTEGER NOT NULL) STRICT;
  `,
]
