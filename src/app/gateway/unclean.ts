import type { Clock } from '../../core/clock.ts'
import type { NoteStore } from '../../core/store.ts'
import { passes } from '../../kit/passes.ts'

const note = 'unclean-starts'
/** Starts without a clean end in a row before the next one is careful. */
const most = 3
/** A process that ran this long was no failed start. */
const settledMs = 10 * 60_000

/** Counts starts that were not followed by a clean end. */
export interface StartCount {
  /** True when the last three processes died: nothing of them is gone on with, and nothing starts by itself. */
  readonly safe: boolean
  readonly former: number
  /** Resolves to true once this process has run for ten minutes, to false when it ends before. */
  readonly settled: Promise<boolean>
  /** This process ends as it should. */
  clean(): Promise<void>
}

export async function countStart(notes: NoteStore, clock: Clock, signal: AbortSignal): Promise<StartCount> {
  const former = Number((await notes.get(note)) ?? 0)
  await notes.put(note, former + 1)
  const clean = () => notes.put(note, 0)
  const settled = passes(clock, settledMs, signal).then(async (lasted) => {
    // Where it cannot be stored, this start counts as an unclean one.
    if (lasted) await clean().catch(() => undefined)
    return lasted
  })
  return { former, safe: former >= most, settled, clean }
}
