import { type Message, textOf } from '../../../src/core/message.ts'
import type { LogEntry, SessionState, SessionStore } from '../../../src/core/store.ts'
import { excerptOf, marksOf, phrasesOf, placesOf, searchText, wordsOf } from '../../../src/store/words.ts'

/** Conversations in memory, with the bare writing of a log that turns need too. */
export function memorySessions() {
  const logs = new Map<string, LogEntry[]>()
  const created = new Map<string, number>()
  const states = new Map<string, SessionState>()
  const write = (session: string, turn: string, at: number, messages: readonly Message[]) => {
    if (messages.length === 0) return
    const log = logs.get(session) ?? []
    if (!logs.has(session)) created.set(session, at)
    logs.set(session, log)
    for (const message of messages) log.push({ seq: log.length + 1, at, turn, message: structuredClone(message) })
  }
  const info = (key: string) => {
    const log = logs.get(key)
    if (!log) return undefined
    const title = log
      .map(({ message }) => (message.role === 'user' ? textOf(message).replaceAll(/\s+/g, ' ').trim() : ''))
      .find((words) => words !== '')
      ?.slice(0, 80)
      .toWellFormed()
    return {
      key,
      messages: log.length,
      createdAt: created.get(key) ?? 0,
      updatedAt: Math.max(...log.map((entry) => entry.at)),
      ...(title && { title }),
    }
  }
  const sessions: SessionStore = {
    async append(session, turn, at, messages) {
      write(session, turn, at, messages)
    },
    async read(session, { after = 0, last } = {}) {
      const log = logs.get(session) ?? []
      return log.slice(last === undefined ? after : Math.max(after, log.length - last))
    },
    async list({ limit = 100, offset = 0 } = {}) {
      return [...logs.keys()]
        .flatMap((key) => info(key) ?? [])
        .sort((left, right) => right.updatedAt - left.updatedAt)
        .slice(offset, offset + limit)
    },
    async info(session) {
      return info(session)
    },
    async remove(session) {
      states.delete(session)
      return logs.delete(session)
    },
    async ofTurn(turn) {
      return [...logs.values()].flat().filter((entry) => entry.turn === turn)
    },
    async search(query, { session, limit = 20 } = {}) {
      const phrases = phrasesOf(query)
      if (phrases.length === 0) return []
      const hits = [...logs].flatMap(([key, log]) =>
        log.flatMap(({ seq, at, message }) => {
          const text = searchText(message)
          const words = wordsOf(text)
          const places = phrases.map((phrase) => placesOf(phrase, words).length)
          if ((session ?? key) !== key || places.includes(0)) return []
          const score = places.reduce((sum, count) => sum + count, 0) / words.length
          const excerpt = excerptOf(text, phrases)
          return [{ score, hit: { session: key, seq, at, role: message.role, excerpt, ...marksOf(message) } }]
        }),
      )
      return hits
        .sort((left, right) => right.score - left.score)
        .slice(0, limit)
        .map(({ hit }) => hit)
    },
    async state(session) {
      return structuredClone(states.get(session) ?? {})
    },
    async change(session, change) {
      const merged = Object.entries({ ...states.get(session), ...structuredClone(change) })
      states.set(session, Object.fromEntries(merged.filter(([, value]) => value !== undefined)))
    },
  }
  return { sessions, write }
}
