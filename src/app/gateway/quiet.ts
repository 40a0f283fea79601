import type { Clock } from '../../core/clock.ts'
import { passes } from '../../kit/passes.ts'

/** So long nothing happens before it counts as quiet, in milliseconds. */
const quietMs = 20_000

export interface QuietParts {
  readonly clock: Clock
  /** Changes whenever something happens. */
  activity(): number
  /** True while something is worked on. */
  busy(): boolean
}

/** Does `rest` once whenever it has become quiet, the first time after the start. Resolves when aborted. */
export async function whenQuiet(
  { clock, activity, busy }: QuietParts,
  rest: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let seen = activity()
  let rested: number | undefined
  while (await passes(clock, quietMs, signal)) {
    const now = activity()
    if (now === seen && now !== rested && !busy()) {
      await rest()
      rested = now
    }
    seen = now
  }
}
