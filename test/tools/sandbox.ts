import { readdir, readFile } from 'node:fs/promises'
import { systemClock } from '../../src/kit/clock.ts'
import { sandboxOf } from '../../src/tools/exec/bubblewrap.ts'

const find = sandboxOf({ mode: 'auto', path: '/usr/local/bin:/usr/bin:/bin', clock: systemClock })

/** The real sandbox. Tests that need it fail without it: a skipped escape proves nothing. */
export async function theSandbox() {
  const sandbox = await find()
  if ('wrap' in sandbox) return sandbox
  throw new Error(`These tests need bubblewrap (apt-get install bubblewrap): ${sandbox.missing}`)
}

/** Ids of living processes whose command line has `word` in it; for marks that only one test uses. */
export async function aliveWith(word: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return line.includes(word) ? [Number(pid)] : []
    }),
  )
  return found.flat()
}
