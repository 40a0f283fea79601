/** Failures in a row after which the creator is told, once, and the job runs less often. */
export const tellAfter = 3
const firstWaitMs = 60_000
const longestWaitMs = 6 * 3_600_000

/** How long a job waits at least after so many failures in a row, in milliseconds. */
export function backOffMs(failures: number): number {
  return failures < tellAfter ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - tellAfter))
}
