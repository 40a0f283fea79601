import type { Message } from '../core/message.ts'

/** Indexes at which a turn starts: the user's messages. */
export function turnBoundaries(log: readonly Message[]): readonly number[] {
  return log.flatMap((message, index) => (message.role === 'user' ? [index] : []))
}

/** True when a log may be cut before `index` without parting a turn; its ends are safe. */
export function isSafeBoundary(log: readonly Message[], index: number): boolean {
  return index <= 0 || index >= log.length || log[index]?.role === 'user'
}

/** The nearest safe place to cut: back from `target` to the start of a turn, else forward; 0 when the log is one turn, `target` when it has none. */
export function findSafeBoundary(log: readonly Message[], target: number): number {
  if (log.length === 0 || target <= 0) return 0
  const starts = turnBoundaries(log)
  const start = starts.findLast((index) => index <= target && index > 0) ?? starts.find((index) => index > target)
  return start ?? (starts.length === 0 ? Math.min(target, log.length) : 0)
}

/** True when the cut before `index` parts no call from its results. */
export function partsNoCall(log: readonly Message[], index: number): boolean {
  return log[index]?.role !== 'tool'
}
