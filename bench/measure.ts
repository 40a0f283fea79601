import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What one Node process took, by its own account at exit. */
export interface Figures {
  /** User and system CPU, milliseconds. */
  readonly cpu: number
  /** Milliseconds from spawn to exit. */
  readonly wall: number
}

/** Runs `node ARGS` once. Throws when it does not exit with 0. */
export function measure(args: readonly string[], env: Readonly<Record<string, string>> = {}): Figures {
  const file = join(mkdtempSync(join(tmpdir(), 'picoclaw-bench-')), 'figures')
  const hook = `data:text/javascript,import{writeFileSync}from'node:fs';process.on('exit',()=>{const u=process.resourceUsage();writeFileSync(${JSON.stringify(file)},JSON.stringify({cpu:(u.userCPUTime+u.systemCPUTime)/1000}))})`
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--import', hook, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const wall = performance.now() - start
  if (status !== 0) throw new Error(`node ${args.join(' ')} exited with ${status}: ${stderr.toString()}`)
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as { cpu: number }), wall }
}

/** Runs the candidates in turn, so that a machine that changes its speed changes it for all; the median of each figure. */
export function compare(
  runs: number,
  candidates: Readonly<Record<string, () => Figures>>,
): Readonly<Record<string, Figures>> {
  const taken: Record<string, Figures[]> = {}
  for (let round = -1; round < runs; round += 1)
    for (const [name, run] of Object.entries(candidates)) {
      const figures = run()
      // The first round warms the file and compile caches.
      if (round >= 0) (taken[name] ??= []).push(figures)
    }
  return Object.fromEntries(
    Object.entries(taken).map(([name, list]) => [
      name,
      {
        cpu: median(list.map((figures) => figures.cpu)),
        wall: median(list.map((figures) => figures.wall)),
      },
    ]),
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}
