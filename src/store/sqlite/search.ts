import type { DatabaseSync } from 'node:sqlite'
import type { Message } from '../../core/message.ts'
import type { SearchHit, SessionStore } from '../../core/store.ts'
import { excerptOf, marksOf, phrasesOf, searchText, wordsOf } from '../words.ts'
import { transaction } from './transaction.ts'

/**
 * The index keeps words only, by a number made of the session's and the message's: so it needs no table of its own to find the message, and
 * the messages of one session stand side by side in it.
 */
const perSession = 2 ** 24
/** Of a word that stands nearly everywhere, only so many hits are weighed: those of the youngest sessions. */
const ranked = 5_000
/** So many messages come into the index together; fewer wait until somebody searches. */
const together = 32
const rowOf = (session: number, seq: number) => session * perSession + seq

/** Puts one message into the index. */
function writer(database: DatabaseSync): (row: number, message: Message) => void {
  const insert = database.prepare('INSERT INTO message_words (rowid, words) VALUES (?, ?)')
  return (row, message) => {
    const words = wordsOf(searchText(message)).map(({ text }) => text)
    if (words.length > 0) insert.run(row, words.join(' '))
  }
}

/**
 * Sees to it that messages come into the index, some at a time: each write to it leaves a piece behind that must be merged later, the larger
 * the index the more often. Runs within the caller's transaction.
 */
export function indexer(database: DatabaseSync): (session: number, first: number, count: number) => void {
  const wait = database.prepare('INSERT INTO message_waiting (id) VALUES (?)')
  const waiting = database.prepare('SELECT count(*) AS n FROM message_waiting')
  const catchUp = catcherUp(database)
  return (session, first, count) => {
    // Later messages of a session that long would stand in its neighbour's rows.
    for (let seq = first; seq < Math.min(first + count, perSession); seq += 1) wait.run(rowOf(session, seq))
    if (Number(waiting.get()?.['n']) >= together) catchUp()
  }
}

/** Puts the messages that wait into the index. Runs within the caller's transaction. */
function catcherUp(database: DatabaseSync): () => void {
  const write = writer(database)
  const waiting = database.prepare(`
    SELECT id, json FROM message_waiting JOIN session ON number = id / ${perSession}
    JOIN message ON session = key AND seq = id % ${perSession} ORDER BY id`)
  const clear = database.prepare('DELETE FROM message_waiting')
  return () => {
    for (const row of waiting.all()) write(Number(row['id']), JSON.parse(String(row['json'])) as Message)
    clear.run()
  }
}

/** Puts all messages into the index that were stored before there was one. */
export function indexMessages(database: DatabaseSync): void {
  const write = writer(database)
  const stored = database.prepare('SELECT number, seq, json FROM session JOIN message ON session = key')
  for (const row of stored.iterate())
    write(rowOf(Number(row['number']), Number(row['seq'])), JSON.parse(String(row['json'])) as Message)
}

/** Takes a session out of the index. */
export function unindexer(database: DatabaseSync): (session: number) => void {
  const forget = database.prepare('DELETE FROM message_waiting WHERE id >= ? AND id < ?')
  const remove = database.prepare('DELETE FROM message_words WHERE rowid >= ? AND rowid < ?')
  return (session) => {
    const rows = [rowOf(session, 0), rowOf(session + 1, 0)] as const
    forget.run(...rows)
    remove.run(...rows)
  }
}

export function searcher(database: DatabaseSync): SessionStore['search'] {
  const find = database.prepare(`
    SELECT number FROM (
      SELECT rowid AS number, rank AS distance FROM message_words
      WHERE message_words MATCH :words AND rowid >= :from AND rowid < :to ORDER BY rowid DESC LIMIT ${ranked})
    ORDER BY distance, number DESC LIMIT :limit`)
  const numberOf = database.prepare('SELECT number FROM session WHERE key = ?')
  const message = database.prepare(
    'SELECT key, seq, at, json FROM session JOIN message ON session = key WHERE number = ? AND seq = ?',
  )
  const isWaiting = database.prepare('SELECT 1 FROM message_waiting LIMIT 1')
  const catchUp = catcherUp(database)
  return async (query, { session, limit = 20 } = {}) => {
    const phrases = phrasesOf(query)
    if (phrases.length === 0) return []
    if (isWaiting.get()) transaction(database, catchUp)
    const number = session === undefined ? undefined : numberOf.get(session)?.['number']
    if (session !== undefined && number === undefined) return []
    const words = phrases.map(({ words, open }) => `"${words.join(' ')}"${open ? '*' : ''}`).join(' AND ')
    const from = number === undefined ? 0 : rowOf(Number(number), 0)
    const to = number === undefined ? Number.MAX_SAFE_INTEGER : rowOf(Number(number) + 1, 0)
    return find.all({ words, from, to, limit }).flatMap(({ number: found }): SearchHit[] => {
      const row = message.get(Math.floor(Number(found) / perSession), Number(found) % perSession)
      if (!row) return []
      const said = JSON.parse(String(row['json'])) as Message
      const [session, seq, at] = [String(row['key']), Number(row['seq']), Number(row['at'])]
      return [{ session, seq, at, role: said.role, excerpt: excerptOf(searchText(said), phrases), ...marksOf(said) }]
    })
  }
}
