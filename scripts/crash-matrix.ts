// Kills a gateway at every step of a message's life and writes what was found to docs/reliability.md.
// node scripts/crash-matrix.ts [SEEDS] [MESSAGES] [PARALLEL] [WAVES] [STEP ...]
//
// Without steps, every step.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crashRun, type RunResult } from '../test/crash/run.ts'
import { stepNames, type StepName } from '../test/crash/steps.ts'
import { reliabilityPage } from './reliability-page.ts'

const [seeds = 10, messages = 200, parallel = 2, waves = 4] = process.argv.slice(2, 6).map(Number)
const asked = process.argv.slice(6)
const unknown = asked.filter((name) => !stepNames.some((step) => step === name))
if (unknown.length > 0) {
  process.stderr.write(`Not a step: ${unknown.join(', ')}. The steps are ${stepNames.join(', ')}.\n`)
  process.exit(2)
}
const steps = asked.length === 0 ? stepNames : stepNames.filter((name) => asked.includes(name))
const page = join(import.meta.dirname, '..', 'docs', 'reliability.md')
const jobs = Array.from({ length: seeds }, (_, seed) => steps.map((step) => ({ step, seed: seed + 1 }))).flat()
const total = jobs.length
const results: RunResult[] = []
const broken: { readonly step: StepName; readonly seed: number; readonly why: string }[] = []
const started = performance.now()

await Promise.all(Array.from({ length: parallel }, work))
write()
const bad = results.filter(({ lost, doubled, silent }) => lost.length + doubled.length + silent.length > 0)
process.exit(bad.length + broken.length > 0 ? 1 : 0)

async function work(): Promise<void> {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { step, seed } = job
    try {
      tell(await crashRun({ step, seed, messages, waves }))
    } catch (error) {
      broken.push({ step, seed, why: error instanceof Error ? error.message : String(error) })
      process.stdout.write(`${step} seed ${seed}: BROKEN ${String(error)}\n`)
    }
    // What was done so far stands on the page, should this be ended early.
    if (results.length % steps.length === 0) write()
  }
}

function tell(result: RunResult): void {
  results.push(result)
  const { step, seed, kills, said, uncertain, lost, doubled, silent, log } = result
  const seconds = Math.round((performance.now() - started) / 1_000)
  const figures = `${kills} kills, ${said} messages, ${uncertain} uncertain`
  process.stdout.write(`[${results.length + broken.length}/${total}, ${seconds} s] ${step} seed ${seed}: ${figures}\n`)
  for (const [what, breaches] of Object.entries({ lost, doubled, silent }))
    for (const breach of breaches) process.stdout.write(`  ${what.toUpperCase()} ${breach}\n`)
  if (log !== '') process.stdout.write(`${log.slice(-1_500)}\n`)
}

function write(): void {
  const day = new Date().toISOString().slice(0, 10)
  writeFileSync(
    page,
    reliabilityPage({ day, results, broken, planned: total, options: { seeds, messages, parallel, waves, steps } }),
  )
  spawnSync(join(import.meta.dirname, '..', 'node_modules', '.bin', 'oxfmt'), [page])
}
