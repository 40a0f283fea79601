// Builds the program and runs the tests, a process for each file. `--long` runs the matrices at full size instead.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

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
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-timeout=120000', '--test-force-exit', ...files], {
  stdio: 'inherit',
  env: { ...process.env, ...(long && { PICOCLAW_TEST_LONG: '1' }) },
})
process.exit(status ?? 1)
