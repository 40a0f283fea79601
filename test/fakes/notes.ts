import type { Json } from '../../src/core/json.ts'
import type { NoteStore } from '../../src/core/store.ts'

/** Notes in memory. */
export function memoryNotes(entries: Readonly<Record<string, Json>> = {}): NoteStore & {
  readonly all: ReadonlyMap<string, Json>
} {
  const all = new Map<string, Json>(Object.entries(entries))
  return {
    all,
    get: (name) => Promise.resolve(all.get(name)),
    put(name, value) {
      all.set(name, value)
      return Promise.resolve()
    },
    remove(name) {
      all.delete(name)
      return Promise.resolve()
    },
    list: (prefix) =>
      Promise.resolve(
        [...all]
          .filter(([name]) => name.startsWith(prefix))
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([name, value]) => ({ name, value })),
      ),
  }
}
