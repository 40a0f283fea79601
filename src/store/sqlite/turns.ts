import type { DatabaseSync } from 'node:sqlite'
import type { Cause } from '../../core/provider.ts'
import type { TurnRecord, TurnStore } from '../../core/store.ts'
import { conditions } from './conditions.ts'
import { logWriter } from './log.ts'
import { outboxWriter } from './outbox.ts'
import { transaction } from './transaction.ts'

export function turns(database: DatabaseSync): TurnStore {
  const log = logWriter(database)
  const send = outboxWriter(database)
  const insert = database.prepare(`
    INSERT INTO turn (id, session, agent, cause, at, state) VALUES (?, ?, ?, ?, ?, 'running')`)
  const takeUp = database.prepare(`UPDATE inbox SET turn = :turn WHERE id = :id AND state = 'open'`)
  const end = database.prepare(`
    UPDATE turn SET state = :state, ended_at = :at, report = :report, trouble = :trouble
    WHERE id = :id AND state = 'running' RETURNING session`)
  // The words of a message that is done are in the log; only its id must be known on.
  const done = database.prepare(`
    UPDATE inbox SET state = 'done', payload = '', ended_at = :at WHERE turn = :id AND state = 'open'`)
  const one = database.prepare('SELECT * FROM turn WHERE id = ?')

  return {
    async begin({ id, session, agent, cause, at, inbox, messages }) {
      transaction(database, () => {
        insert.run(id, session, agent, cause, at)
        for (const item of inbox) takeUp.run({ turn: id, id: item })
        log(session, id, at, messages)
      })
    },
    async finish({ id, at, state, report, trouble, messages, outbox }) {
      transaction(database, () => {
        const row = end.get({ id, at, state, report: report ?? null, trouble: trouble ?? null })
        if (!row) return
        log(String(row['session']), id, at, messages)
        send(outbox)
        done.run({ id, at })
      })
    },
    async join({ id, at, inbox, messages, outbox = [] }) {
      transaction(database, () => {
        const turn = one.get(id)
        if (!turn) return
        for (const item of inbox) takeUp.run({ turn: id, id: item })
        if (turn['state'] !== 'running') return void done.run({ id, at })
        log(String(turn['session']), id, at, messages)
        send(outbox)
      })
    },
    async get(id) {
      const row = one.get(id)
      return row && asRecord(row)
    },
    async list({ session, state, limit = 100 } = {}) {
      const { where, values } = conditions({ session, state })
      return database
        .prepare(`SELECT * FROM turn ${where} ORDER BY at DESC, number DESC LIMIT :limit`)
        .all({ ...values, limit })
        .map(asRecord)
    },
  }
}

function asRecord(row: Record<string, unknown>): TurnRecord {
  return {
    id: String(row['id']),
    session: String(row['session']),
    agent: String(row['agent']),
    cause: row['cause'] as Cause,
    at: Number(row['at']),
    state: row['state'] as TurnRecord['state'],
    ...(typeof row['ended_at'] === 'number' && { endedAt: row['ended_at'] }),
    ...(typeof row['report'] === 'string' && { report: row['report'] }),
    ...(typeof row['trouble'] === 'string' && { trouble: row['trouble'] }),
  }
}
