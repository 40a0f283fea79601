import { openHouse } from '../../app/house.ts'
import { type TestResult, testModels } from '../../app/models-test.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'

/** `models test [NAME …]` */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, { json: { type: 'boolean' } }, true)
  const house = await openHouse({ write: (text) => io.stderr.write(text), debug: false, redactor: io.redactor })
  const abort = new AbortController()
  using _interrupt = io.onInterrupt(() => abort.abort())
  try {
    const results = await testModels(
      house,
      positionals,
      (result, done, all) => {
        if (!values.json) io.stdout.write(tell(result))
        if (io.stderr.isTTY && done < all) io.stderr.write(`  ${done} of ${all} …\r`)
      },
      abort.signal,
    )
    if (abort.signal.aborted) return exitCodes.interrupted
    if (results.length === 0)
      throw new Problem('There is no model to test.', { mend: 'Add one: picoclaw models add NAME VENDOR/MODEL.' })
    if (values.json) io.stdout.write(`${JSON.stringify({ ok: results.every((result) => result.ok), results })}\n`)
    return results.every((result) => result.ok) ? exitCodes.ok : exitCodes.failed
  } finally {
    await house.close()
  }
}

function tell({
  ok,
  name,
  vendor,
  model,
  key,
  base,
  url,
  status,
  ms,
  answeredBy,
  kind,
  message,
  notes,
}: TestResult): string {
  const who = `${name} (${vendor}/${model}${key > 1 ? `, key ${key}` : ''})`
  const lines = ok
    ? [`✓ ${who}`, `  ${[base, `${ms} ms`, `answered by ${answeredBy || model}`].filter(Boolean).join(' · ')}`]
    : [
        `✗ ${who}`,
        `  ${[url ?? base, status ? `HTTP ${status}` : kind, `${ms} ms`].filter(Boolean).join(' · ')}`,
        `  ${message}`,
      ]
  return `${[...lines, ...notes.map((note) => `  ${note}`)].join('\n')}\n`
}
