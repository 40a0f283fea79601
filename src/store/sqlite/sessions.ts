import type { DatabaseSync } from 'node:sqlite'
import type { Message } from '../../core/message.ts'
import type { LogEntry, SessionInfo, SessionState, SessionStore } from '../../core/store.ts'
import { logWriter } from './log.ts'
import { searcher, unindexer } from './search.ts'
import { transaction } from './transaction.ts'

export function sessions(database: DatabaseSync): SessionStore {
  const write = logWriter(database)
  const unindex = unindexer(database)
  const after = database.prepare('SELECT seq, at, turn, json FROM message WHERE session = ? AND seq > ? ORDER BY seq')
  const ofTurn = database.prepare('SELECT seq, at, turn, json FROM message WHERE turn = ? ORDER BY session, seq')
  const length = database.prepare('SELECT messages FROM session WHERE key = ?')
  const list = database.prepare('SELECT * FROM session ORDER BY updated_at DESC LIMIT ? OFFSET ?')
  const one = database.prepare('SELECT * FROM session WHERE key = ?')
  const dropMessages = database.prepare('DELETE FROM message WHERE session = ?')
  const dropState = database.prepare('DELETE FROM session_state WHERE session = ?')
  const dropSession = database.prepare('DELETE FROM session WHERE key = ? RETURNING number')
  const state = database.prepare('SELECT json FROM session_state WHERE session = ?')
  const setState = database.prepare('INSERT OR REPLACE INTO session_state (session, json) VALUES (?, ?)')
  const stateOf = (session: string) => JSON.parse(String(state.get(session)?.['json'] ?? '{}')) as SessionState

  return {
    async append(session, turn, at, messages) {
      if (messages.length > 0) transaction(database, () => write(session, turn, at, messages))
    },
    async read(session, { after: seq = 0, last } = {}) {
      const count = last === undefined ? 0 : Number(length.get(session)?.['messages'] ?? 0)
      const from = last === undefined ? seq : Math.max(seq, count - last)
      return after.all(session, from).map(asEntry)
    },
    async list({ limit = 100, offset = 0 } = {}) {
      return list.all(limit, offset).map(asInfo)
    },
    async info(session) {
      const row = one.get(session)
      return row && asInfo(row)
    },
    async remove(session) {
      return transaction(database, () => {
        dropState.run(session)
        dropMessages.run(session)
        const row = dropSession.get(session)
        if (row) unindex(Number(row['number']))
        return row !== undefined
      })
    },
    async ofTurn(turn) {
      return ofTurn.all(turn).map(asEntry)
    },
    search: searcher(database),
    async state(session) {
      return stateOf(session)
    },
    async change(session, change) {
      transaction(database, () => setState.run(session, JSON.stringify({ ...stateOf(session), ...change })))
    },
  }
}

function asEntry(row: Record<string, unknown>): LogEntry {
  return {
    seq: Number(row['seq']),
    at: Number(row['at']),
    turn: String(row['turn']),
    message: JSON.parse(String(row['json'])) as Message,
  }
}

function asInfo(row: Record<string, unknown>): SessionInfo {
  return {
    key: String(row['key']),
    messages: Number(row['messages']),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    ...(typeof row['title'] === 'string' && { title: row['title'] }),
  }
}
