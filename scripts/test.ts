// Builds the program and runs the tests, a process for each file. `--long` runs the matrices at full size instead.
//
// When few files failed, node:test runs once more what did not pass (`--test-rerun-failures`), for a busy machine can be too slow for a limit
// that is right. What fails twice is red, and so is everything when many files fail. The closing lines are node:test's own, for all tests.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const mostFilesTriedAgain = 3

const long = process.argv.includes('--long')
const files = globSync('test/**/*.test.ts')
  .filter((file) => file.endsWith('.long.test.ts') === long)
  .sort()
if (files.length === 0) {
  process.stderr.write('No test files.\n')
  process.exit(1)
}
await import('./build.ts')

const folder = mkdtempSync(join(tmpdir(), 'picoclaw-tests-'))
const failedList = join(folder, 'failed')

function run(): boolean {
  const limits = ['--test-concurrency=2', '--test-timeout=120000', '--test-force-exit']
  const memory = `--test-rerun-failures=${join(folder, 'passed.json')}`
  const spec = ['--test-reporter=spec', '--test-reporter-destination=stdout']
  const failures = ['--test-reporter=./scripts/failed-files.ts', `--test-reporter-destination=${failedList}`]
  const { status } = spawnSync(process.execPath, ['--test', ...limits, memory, ...spec, ...failures, ...files], {
    stdio: 'inherit',
    env: { ...process.env, ...(long && { PICOCLAW_TEST_LONG: '1' }) },
  })
  return status === 0
}

let green = run()
const failed = readFileSync(failedList, 'utf8').split('\n').filter(Boolean)
if (!green && failed.length > 0 && failed.length <= mostFilesTriedAgain) {
  process.stdout.write(`\nOnce more, what did not pass in ${failed.join(', ')}\n\n`)
  green = run()
}
rmSync(folder, { recursive: true, force: true })
process.exit(green ? 0 : 1)
