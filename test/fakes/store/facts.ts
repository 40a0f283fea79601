import { createHash } from 'node:crypto'
import type { BudgetStore } from '../../../src/core/budget.ts'
import type { Json } from '../../../src/core/json.ts'
import type {
  BlobStore,
  CounterStore,
  Grant,
  GrantStore,
  LeaseStore,
  NoteStore,
  Rest,
  RestStore,
} from '../../../src/core/store.ts'

const byKey = <Value>(map: ReadonlyMap<string, Value>) =>
  [...map].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, value]) => value)

export function memoryRests(): RestStore {
  const rests = new Map<string, Rest>()
  return {
    get: async (key) => rests.get(key),
    put: async (rest) => void rests.set(rest.key, structuredClone(rest)),
    clear: async (key) => void rests.delete(key),
    all: async () => byKey(rests),
  }
}

export function memoryCounters(): CounterStore {
  const counters = new Map<string, number>()
  return {
    async next(name) {
      const before = counters.get(name) ?? 0
      counters.set(name, before + 1)
      return before
    },
  }
}

export function memoryLeases(): LeaseStore {
  const leases = new Map<string, { readonly owner: string; readonly until: number }>()
  return {
    async take(name, owner, now, until) {
      const held = leases.get(name)
      if (held && held.owner !== owner && held.until > now) return false
      leases.set(name, { owner, until })
      return true
    },
    async release(name, owner) {
      if (leases.get(name)?.owner === owner) leases.delete(name)
    },
    async holder(name) {
      return leases.get(name)?.owner
    },
    async releaseAll(owner) {
      for (const [name, held] of leases) if (held.owner === owner) leases.delete(name)
    },
  }
}

export function memoryBlobs(now: () => number): BlobStore {
  const blobs = new Map<string, { readonly bytes: Uint8Array; readonly mime: string; readonly used: number }>()
  return {
    async put(bytes, mime) {
      const id = createHash('sha256').update(bytes).digest('hex')
      blobs.set(id, { bytes: Uint8Array.from(bytes), mime, used: now() })
      return id
    },
    async get(id) {
      const blob = blobs.get(id)
      if (!blob) return undefined
      blobs.set(id, { ...blob, used: now() })
      return { bytes: Uint8Array.from(blob.bytes), mime: blob.mime }
    },
    async prune(before) {
      const stale = [...blobs].filter(([, { used }]) => used < before)
      for (const [id] of stale) blobs.delete(id)
      return stale.length
    },
  }
}

export function memoryGrants(): GrantStore {
  const grants = new Map<string, Grant>()
  return {
    put: async (grant) => void grants.set(grant.id, { ...grant }),
    get: async (id) => grants.get(id),
    find: async (subject) =>
      [...grants.values()]
        .filter((grant) =>
          subject.endsWith('*') ? grant.subject.startsWith(subject.slice(0, -1)) : grant.subject === subject,
        )
        .sort((left, right) => left.createdAt - right.createdAt),
    async move(id, from, to) {
      const grant = grants.get(id)
      if (grant?.state !== from) return false
      grants.set(id, { ...grant, state: to })
      return true
    },
    remove: async (id) => void grants.delete(id),
  }
}

export function memoryNotes(): NoteStore {
  const notes = new Map<string, { readonly name: string; readonly value: Json }>()
  return {
    get: async (name) => structuredClone(notes.get(name)?.value),
    put: async (name, value) => void notes.set(name, { name, value: structuredClone(value) }),
    remove: async (name) => void notes.delete(name),
    list: async (prefix) => structuredClone(byKey(notes).filter(({ name }) => name.startsWith(prefix))),
  }
}

export function memoryBudget(): BudgetStore {
  const held = new Map<string, { readonly scopes: ReadonlySet<string>; micros: number; readonly expiresAt: number }>()
  const spendings: { readonly id: string; readonly scope: string; readonly at: number; readonly micros: number }[] = []
  const sum = (amounts: Iterable<{ readonly micros: number }>) =>
    [...amounts].reduce((total, { micros }) => total + micros, 0)
  const spent = (scope: string, since: number, now: number, but?: string) => ({
    spent: sum(spendings.filter((spending) => spending.scope === scope && spending.at >= since)),
    reserved: sum(
      held
        .entries()
        .flatMap(([id, item]) => (id !== but && item.scopes.has(scope) && item.expiresAt > now ? [item] : [])),
    ),
  })
  return {
    async reserve({ id, at, micros, caps, expiresAt }) {
      for (const cap of caps) {
        const now = spent(cap.scope, cap.since, at, id)
        if (now.spent + now.reserved + micros > cap.micros) return { ok: false, cap, ...now }
      }
      held.set(id, { scopes: new Set(caps.map(({ scope }) => scope)), micros, expiresAt })
      return { ok: true }
    },
    async settle(id, at, micros, scopes) {
      if (!held.delete(id) && spendings.some((spending) => spending.id === id)) return
      for (const scope of new Set(scopes)) spendings.push({ id, scope, at, micros })
    },
    spent: async (scope, since, now) => spent(scope, since, now),
  }
}
