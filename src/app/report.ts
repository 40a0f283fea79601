import type { TurnResult } from '../agent/turn.ts'
import type { TurnReport } from '../core/report.ts'

/** What a turn took, as its answer carries it. */
export function turnReport(
  result: TurnResult,
  facts: {
    readonly turn: string
    readonly session: string
    readonly agent: string
    readonly ms: number
    readonly changed?: readonly string[]
  },
): TurnReport {
  const { changed = [], ...whose } = facts
  return {
    ...whose,
    ...(changed.length > 0 && { changed }),
    by: { endpoint: result.by.endpoint, vendor: result.by.vendor, model: result.model || result.by.model },
    attempts: result.attempts,
    notes: result.notes,
    usage: result.usage,
    ...(result.costMicros !== undefined && { costMicros: result.costMicros }),
    stop: result.stop,
    ...(result.tools.length > 0 && { tools: result.tools }),
  }
}
