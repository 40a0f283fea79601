import { fstatSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Clock } from '../core/clock.ts'
import type { Io } from './io.ts'

/** How long a pipe beside `-m` may keep silent before the question is asked without it. */
const patienceMs = 250

/**
 * What was piped in. `wait` reads to the end however long it takes; otherwise a pipe that says nothing at once is left alone, and
 * `undefined` tells so. A terminal or /dev/null is no input.
 */
export async function readInput(io: Io, clock: Clock, wait: boolean): Promise<string | undefined> {
  if (io.stdin.isTTY || !carriesInput(io)) return ''
  if (wait) return text(io.stdin)
  const first = new AbortController()
  const arrived = new Promise<true>((resolve) => {
    io.stdin.once('readable', () => resolve(true))
    io.stdin.once('end', () => resolve(true))
  })
  const silent = clock.sleep(patienceMs, first.signal).then(
    () => false,
    () => true,
  )
  const heard = await Promise.race([arrived, silent])
  first.abort()
  if (heard) return text(io.stdin)
  // An open pipe would keep the process waiting for its end.
  io.stdin.destroy?.()
  return undefined
}

/** A file, a pipe or a socket; not a device. */
function carriesInput(io: Io): boolean {
  if (io.stdin.fd === undefined) return true
  try {
    const stats = fstatSync(io.stdin.fd)
    return stats.isFile() || stats.isFIFO() || stats.isSocket()
  } catch {
    return false
  }
}
