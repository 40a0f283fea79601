import type { LedgerRow, LogEntry, Rest, Store } from '../../src/core/store.ts'
import { textOf } from '../../src/core/message.ts'

/** The store's twin in memory. */
export function memoryStore(): Store {
  const logs = new Map<string, LogEntry[]>()
  const created = new Map<string, number>()
  const rests = new Map<string, Rest>()
  const counters = new Map<string, number>()
  const leases = new Map<string, { readonly owner: string; readonly until: number }>()
  const ledger: LedgerRow[] = []
  const info = (key: string) => {
    const log = logs.get(key)
    if (!log) return undefined
    const question = log.find((entry) => entry.message.role === 'user')
    const title = question && textOf(question.message).replaceAll(/\s+/g, ' ').trim().slice(0, 80).toWellFormed()
    return {
      key,
      messages: log.length,
      createdAt: created.get(key) ?? 0,
      updatedAt: Math.max(...log.map((entry) => entry.at)),
      ...(title && { title }),
    }
  }
  return {
    sessions: {
      async append(session, turn, at, messages) {
        if (messages.length === 0) return
        const log = logs.get(session) ?? []
        if (!logs.has(session)) created.set(session, at)
        logs.set(session, log)
        for (const message of messages) log.push({ seq: log.length + 1, at, turn, message: structuredClone(message) })
      },
      async read(session, { after = 0, last } = {}) {
        const log = logs.get(session) ?? []
        const from = last === undefined ? after : Math.max(after, log.length - last)
        return log.slice(from)
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
        return logs.delete(session)
      },
    },
    rests: {
      async get(key) {
        return rests.get(key)
      },
      async put(rest) {
        rests.set(rest.key, structuredClone(rest))
      },
      async clear(key) {
        rests.delete(key)
      },
      async all() {
        return [...rests.values()].sort((left, right) => (left.key < right.key ? -1 : 1))
      },
    },
    counters: {
      async next(name) {
        const before = counters.get(name) ?? 0
        counters.set(name, before + 1)
        return before
      },
    },
    ledger: {
      add(row) {
        ledger.push(structuredClone(row))
      },
      async flush() {},
      async rows({ since = 0, until = Number.MAX_SAFE_INTEGER, session, call, limit = 1_000 } = {}) {
        return ledger
          .map((row, index) => ({ row, index }))
          .filter(({ row }) => row.at >= since && row.at < until)
          .filter(({ row }) => (!session || row.session === session) && (!call || row.call === call))
          .sort((left, right) => right.row.at - left.row.at || right.index - left.index)
          .slice(0, limit)
          .map(({ row }) => row)
      },
    },
    leases: {
      async take(name, owner, now, until) {
        const held = leases.get(name)
        if (held && held.owner !== owner && held.until > now) return false
        leases.set(name, { owner, until })
        return true
      },
      async release(name, owner) {
        if (leases.get(name)?.owner === owner) leases.delete(name)
      },
    },
    async close() {},
  }
}
