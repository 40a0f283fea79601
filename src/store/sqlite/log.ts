import type { DatabaseSync } from 'node:sqlite'
import { type Message, textOf } from '../../core/message.ts'
import { indexer } from './search.ts'

const titleLength = 80

/** Adds messages to the end of a session's log and to the search index. Runs within the caller's transaction. */
export function logWriter(
  database: DatabaseSync,
): (session: string, turn: string, at: number, messages: readonly Message[]) => void {
  const grow = database.prepare(`
    INSERT INTO session (key, title, messages, created_at, updated_at, number)
    VALUES (:key, :title, :count, :at, :at, (SELECT coalesce(max(number), 0) + 1 FROM session))
    ON CONFLICT (key) DO UPDATE SET
      messages = messages + :count, updated_at = max(updated_at, :at), title = coalesce(title, excluded.title)
    RETURNING messages, number`)
  const insert = database.prepare('INSERT INTO message (session, seq, at, turn, json) VALUES (?, ?, ?, ?, ?)')
  const index = indexer(database)
  return (session, turn, at, messages) => {
    if (messages.length === 0) return
    const row = grow.get({ key: session, title: titleOf(messages), count: messages.length, at })
    const before = Number(row?.['messages']) - messages.length
    for (const [place, message] of messages.entries())
      insert.run(session, before + place + 1, at, turn, JSON.stringify(message))
    index(Number(row?.['number']), before + 1, messages.length)
  }
}

function titleOf(messages: readonly Message[]): string | null {
  const question = messages.find((message) => message.role === 'user')
  const words = question ? textOf(question).replaceAll(/\s+/g, ' ').trim() : ''
  return words === '' ? null : words.slice(0, titleLength).toWellFormed()
}
