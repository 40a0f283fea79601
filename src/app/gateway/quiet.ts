import type { Clock } from '../../core/clock.ts'

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
  while (await clock.sleep(quietMs, signal).then(yes, no)) {
    const now = activity()
    if (now === seen && now !== rested && !busy()) {
      await rest()
      rested = now
    }
    seen = now
  }
}

const yes = () => true
const no = () => false
