import type { Clock } from '../core/clock.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import type { NoteStore } from '../core/store.ts'
import { Lanes } from '../kit/lanes.ts'
import { clearText, clip } from './clear-text.ts'

const noteName = 'refusals'
/** People remembered; who was refused longest ago is forgotten first. */
const mostKept = 200
const saveEveryMs = 60_000

/** How often somebody was refused on a channel, and what would let them in. */
export interface Refusal {
  readonly channel: string
  readonly person: string
  readonly name: string
  readonly why: string
  readonly line?: string
  readonly count: number
  /** Epoch milliseconds. */
  readonly firstAt: number
  readonly lastAt: number
}

export interface Refusals {
  /** Counts one. What it counts is stored at most once a minute. */
  note(refusal: Pick<Refusal, 'channel' | 'person' | 'name' | 'why' | 'line'>): Promise<void>
  /** Stores what was counted since. */
  flush(): Promise<void>
}

/** Counts refused messages by channel, person and reason, for 200 of them at most. Keeps no word of what was written. */
export function refusals({ notes, clock }: { readonly notes: NoteStore; readonly clock: Clock }): Refusals {
  const lanes = new Lanes()
  let known: Map<string, Refusal> | undefined
  let savedAt = Number.NEGATIVE_INFINITY
  let changed = false

  const book = async () => (known ??= new Map((await readRefusals(notes)).toReversed().map((one) => [keyOf(one), one])))

  async function save(): Promise<void> {
    if (!known || !changed) return
    changed = false
    savedAt = clock.now()
    await notes.put(
      noteName,
      [...known.values()].map((one) => ({ ...one })),
    )
  }
  return {
    note: ({ channel, person, name, why, line }) =>
      lanes.run('book', async () => {
        const map = await book()
        const now = clock.now()
        const fresh = { channel, person: shown(person), name: shown(name), why, ...(line !== undefined && { line }) }
        const key = keyOf(fresh)
        const before = map.get(key)
        map.delete(key)
        map.set(key, { ...fresh, count: (before?.count ?? 0) + 1, firstAt: before?.firstAt ?? now, lastAt: now })
        const [oldest] = map.keys()
        if (map.size > mostKept && oldest !== undefined) map.delete(oldest)
        changed = true
        if (now - savedAt >= saveEveryMs) await save()
      }),
    flush: () => lanes.run('book', save),
  }
}

/** What is stored, the latest first. */
export async function readRefusals(notes: Pick<NoteStore, 'get'>): Promise<readonly Refusal[]> {
  const value = await notes.get(noteName)
  const all: readonly Json[] = Array.isArray(value) ? value : []
  return all.filter(isRefusal).toReversed()
}

const keyOf = ({ channel, person, why }: Pick<Refusal, 'channel' | 'person' | 'why'>) =>
  JSON.stringify([channel, person, why])

const shown = (text: string) => clip(clearText(text), 100)

function isRefusal(value: Json): value is Refusal & { readonly [key: string]: Json } {
  if (!isJsonObject(value)) return false
  const texts = ['channel', 'person', 'name', 'why'].every((key) => typeof value[key] === 'string')
  return texts && ['count', 'firstAt', 'lastAt'].every((key) => typeof value[key] === 'number')
}
