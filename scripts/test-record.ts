// A reporter for node:test that writes what scripts/test.ts needs to know: the files that failed, and the counts at the end.
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

export interface Counts {
  readonly tests: number
  readonly suites: number
  readonly passed: number
  readonly failed: number
  readonly cancelled: number
  readonly skipped: number
  readonly todo: number
}
export interface Recorded {
  readonly failed: readonly string[]
  readonly counts: Counts
  readonly ms: number
}

const none: Counts = { tests: 0, suites: 0, passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0 }

export default async function* record(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const failed = new Set<string>()
  let counts = none
  let ms = 0
  for await (const { type, data } of events) {
    if (type === 'test:fail' && data.file !== undefined && data.todo === undefined)
      failed.add(relative(process.cwd(), data.file))
    if (type !== 'test:summary' || data.file !== undefined) continue
    const { topLevel: _, ...found } = data.counts
    counts = { ...none, ...found }
    // Each way to fail counts once.
    counts = { ...counts, failed: counts.tests - counts.passed - counts.skipped - counts.todo - counts.cancelled }
    ms = data.duration_ms
  }
  yield JSON.stringify({ failed: [...failed], counts, ms } satisfies Recorded)
}
