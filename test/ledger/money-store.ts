import type { Json } from '../../src/core/json.ts'
import type { BudgetStore, NoteStore } from '../../src/core/store.ts'

/** The budget store's twin in memory: spent and reserved by scope, an expired reservation counts no longer. `writes` counts. */
export function memoryBudget(): BudgetStore & { readonly writes: number } {
  const spent: { readonly scope: string; readonly at: number; readonly micros: number }[] = []
  const held = new Map<
    string,
    { readonly micros: number; readonly scopes: readonly string[]; readonly expiresAt: number }
  >()
  let writes = 0
  const standing = (scope: string, since: number, now: number) => ({
    spent: spent
      .filter((entry) => entry.scope === scope && entry.at >= since)
      .reduce((sum, { micros }) => sum + micros, 0),
    reserved: [...held.values()]
      .filter(({ scopes, expiresAt }) => scopes.includes(scope) && expiresAt > now)
      .reduce((sum, { micros }) => sum + micros, 0),
  })
  return {
    get writes() {
      return writes
    },
    async reserve({ id, at, micros, caps, expiresAt }) {
      for (const cap of caps) {
        const { spent, reserved } = standing(cap.scope, cap.since, at)
        if (spent + reserved + micros > cap.micros) return { ok: false, cap, spent, reserved }
      }
      writes += 1
      held.set(id, { micros, scopes: caps.map(({ scope }) => scope), expiresAt })
      return { ok: true }
    },
    async settle(id, at, micros, scopes) {
      writes += 1
      held.delete(id)
      for (const scope of scopes) spent.push({ scope, at, micros })
    },
    spent: async (scope, since, now) => standing(scope, since, now),
  }
}

/** Notes in memory. */
export function memoryNotes(): NoteStore & { readonly all: ReadonlyMap<string, Json> } {
  const all = new Map<string, Json>()
  return {
    all,
    get: async (name) => all.get(name),
    async put(name, value) {
      all.set(name, value)
    },
    async remove(name) {
      all.delete(name)
    },
    list: async (prefix) =>
      [...all]
        .filter(([name]) => name.startsWith(prefix))
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([name, value]) => ({ name, value })),
  }
}
