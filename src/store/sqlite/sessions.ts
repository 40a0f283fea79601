import type { DatabaseSync } from 'node:sqlite'
import { type Message, textOf } from '../../core/message.ts'
import type { LogEntry, SessionInfo, SessionStore } from '../../core/store.ts'
import { transaction } from './transaction.ts'

const titleLength = 80

export function sessions(database: DatabaseSync): SessionStore {
  const grow = database.prepare(`
    INSERT INTO session (key, title, messages, created_at, updated_at) VALUES (:key, :title, :count, :at, :at)
    ON CONFLICT (key) DO UPDATE SET
      messages = messages + :count, updated_at = max(updated_at, :at), title = coalesce(title, excluded.title)
    RETURNING messages`)
  const insert = database.prepare('INSERT INTO message (session, seq, at, turn, json) VALUES (?, ?, ?, ?, ?)')
  const after = database.prepare('SELECT seq, at, turn, json FROM message WHERE session = ? AND seq > ? ORDER BY seq')
  const length = database.prepare('SELECT messages FROM session WHERE key = ?')
  const list = database.prepare('SELECT * FROM session ORDER BY updated_at DESC LIMIT ? OFFSET ?')
  const one = database.prepare('SELECT * FROM session WHERE key = ?')
  const dropMessages = database.prepare('DELETE FROM message WHERE session = ?')
  const dropSession = database.prepare('DELETE FROM session WHERE key = ?')

  return {
    async append(session, turn, at, messages) {
      if (messages.length === 0) return
      transaction(database, () => {
        const row = grow.get({ key: session, title: titleOf(messages), count: messages.length, at })
        const first = Number(row?.['messages']) - messages.length + 1
        for (const [index, message] of messages.entries())
          insert.run(session, first + index, at, turn, JSON.stringify(message))
      })
    },
    async read(session, { after: seq = 0, last } = {}) {
      const count = last === undefined ? 0 : Number(length.get(session)?.['messages'] ?? 0)
      const from = last === undefined ? seq : Math.max(seq, count - last)
      return after.all(session, from).map((row): LogEntry => ({
        seq: Number(row['seq']),
        at: Number(row['at']),
        turn: String(row['turn']),
        message: JSON.parse(String(row['json'])) as Message,
      }))
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
        dropMessages.run(session)
        return dropSession.run(session).changes > 0
      })
    },
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

function titleOf(messages: readonly Message[]): string | null {
  const question = messages.find((message) => message.role === 'user')
  const words = question ? textOf(question).replaceAll(/\s+/g, ' ').trim() : ''
  return words === '' ? null : words.slice(0, titleLength).toWellFormed()
}
