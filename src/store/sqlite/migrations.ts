import type { DatabaseSync } from 'node:sqlite'
import { indexMessages } from './search.ts'

/** The schema, a step a version. A step that was released is never changed. */
export const migrations: readonly (readonly (string | ((database: DatabaseSync) => void))[])[] = [
  [
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
  ],
  [
    `
  ALTER TABLE session ADD COLUMN number INTEGER;
  UPDATE session SET number = rowid;
  CREATE UNIQUE INDEX session_by_number ON session (number);
  CREATE TABLE session_state (session TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX message_by_turn ON message (turn);
  CREATE VIRTUAL TABLE message_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
  CREATE TABLE message_waiting (id INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE turn (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session TEXT NOT NULL,
    agent TEXT NOT NULL,
    cause TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    ended_at INTEGER,
    report TEXT,
    trouble TEXT
  ) STRICT;
  CREATE INDEX turn_by_time ON turn (at);
  CREATE INDEX turn_by_session ON turn (session, at);
  CREATE INDEX turn_by_state ON turn (state, at);
  CREATE TABLE inbox (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    platform_id TEXT NOT NULL,
    session TEXT NOT NULL,
    at INTEGER NOT NULL,
    payload TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    turn TEXT,
    state TEXT NOT NULL DEFAULT 'open',
    ended_at INTEGER,
    why TEXT,
    UNIQUE (channel, platform_id)
  ) STRICT;
  CREATE INDEX inbox_open ON inbox (at) WHERE state = 'open';
  CREATE INDEX inbox_aside ON inbox (ended_at) WHERE state = 'aside';
  CREATE INDEX inbox_done ON inbox (ended_at) WHERE state = 'done';
  CREATE INDEX inbox_by_turn ON inbox (turn) WHERE state = 'open';
  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    chat TEXT NOT NULL,
    session TEXT NOT NULL,
    turn TEXT,
    at INTEGER NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    note TEXT,
    platform_id TEXT
  ) STRICT;
  CREATE INDEX outbox_by_time ON outbox (at);
  CREATE INDEX outbox_by_state ON outbox (state, at);
  CREATE INDEX outbox_by_session ON outbox (session, at);
  CREATE TABLE job (
    id TEXT PRIMARY KEY,
    payload TEXT NOT NULL,
    next_at INTEGER,
    enabled INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE blob (
    id TEXT PRIMARY KEY,
    mime TEXT NOT NULL,
    used_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blob_by_use ON blob (used_at);
  CREATE TABLE grant (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
  ) STRICT;
  CREATE INDEX grant_by_subject ON grant (subject);
  CREATE TABLE note (name TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE reservation (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    micros INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (id, scope)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX reservation_by_scope ON reservation (scope, expires_at, micros);
  CREATE TABLE spending (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    at INTEGER NOT NULL,
    micros INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX spending_by_scope ON spending (scope, at, micros);
  CREATE INDEX spending_by_id ON spending (id);
  ALTER TABLE ledger ADD COLUMN turn TEXT;
  CREATE INDEX ledger_by_turn ON ledger (turn) WHERE turn IS NOT NULL;
  `,
    indexMessages,
  ],
]
