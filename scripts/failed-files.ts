// A reporter for node:test: the files with a failed test, one a line.
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

export default async function* failedFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const told = new Set<string>()
  for await (const { type, data } of events) {
    if (type !== 'test:fail' || data.file === undefined || data.todo !== undefined || told.has(data.file)) continue
    told.add(data.file)
    yield `${relative(process.cwd(), data.file)}\n`
  }
}
