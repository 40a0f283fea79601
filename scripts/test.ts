// Builds the program and runs the tests, a process for each file. `--long` runs the matrices at full size instead.
//
// A file that failed beside others is run once more alone, for a busy machine can be too slow for a limit that is right; that is said at the
// end, with its name. What fails twice is red, and so is everything when many files fail.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Recorded } from './test-record.ts'

const mostTriedAgain = 3

const long = process.argv.includes('--long')
const all = globSync('test/**/*.test.ts').sort()
const longOnes = all.filter((file) => file.endsWith('.long.test.ts'))
const short = all.filter((file) => !longOnes.includes(file))
const files = long ? longOnes : short
if (files.length === 0) {
  process.stderr.write('No test files.\n')
  process.exit(1)
}
await import('./build.ts')

const folder = mkdtempSync(join(tmpdir(), 'picoclaw-tests-'))

/** Runs files; undefined when the runner itself did not come to its end. */
function runs(files: readonly string[], concurrency: number): { readonly ok: boolean; readonly recorded?: Recorded } {
  const record = join(folder, 'record.json')
  rmSync(record, { force: true })
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout']
  const recorder = ['--test-reporter=./scripts/test-record.ts', `--test-reporter-destination=${record}`]
  const limits = [`--test-concurrency=${concurrency}`, '--test-timeout=120000', '--test-force-exit']
  const { status } = spawnSync(process.execPath, ['--test', ...limits, ...reporters, ...recorder, ...files], {
    stdio: 'inherit',
    env: { ...process.env, ...(long && { PICOCLAW_TEST_LONG: '1' }) },
  })
  try {
    return { ok: status === 0, recorded: JSON.parse(readFileSync(record, 'utf8')) as Recorded }
  } catch {
    return { ok: false }
  }
}

const first = runs(files, 2)
const failed = first.recorded?.failed ?? []
const again = !first.ok && failed.length > 0 && failed.length <= mostTriedAgain
if (!again || !first.recorded) {
  rmSync(folder, { recursive: true, force: true })
  process.exit(first.ok ? 0 : 1)
}

let red = 0
const alone: string[] = []
for (const file of failed) {
  process.stdout.write(`\nOnce more, alone: ${file}\n`)
  const { ok, recorded } = runs([file], 1)
  if (ok) alone.push(file)
  else red += Math.max(1, recorded?.counts.failed ?? 0)
}
rmSync(folder, { recursive: true, force: true })
process.stdout.write(
  `\n${failed.map((file) => (alone.includes(file) ? `passed only when run alone: ${file}` : `failed twice: ${file}`)).join('\n')}\n`,
)
// The closing lines of node:test for everything, with the second try of what failed in the first.
const { counts, ms } = first.recorded
const rescued = Math.max(0, counts.failed + counts.cancelled - red)
const closing = {
  ...counts,
  passed: counts.passed + rescued,
  failed: red,
  cancelled: 0,
}
process.stdout.write(
  [
    `ℹ tests ${closing.tests}`,
    `ℹ suites ${closing.suites}`,
    `ℹ pass ${closing.passed}`,
    `ℹ fail ${closing.failed}`,
    `ℹ cancelled ${closing.cancelled}`,
    `ℹ skipped ${closing.skipped}`,
    `ℹ todo ${closing.todo}`,
    `ℹ duration_ms ${ms}`,
    '',
  ].join('\n'),
)
process.exit(red === 0 ? 0 : 1)
