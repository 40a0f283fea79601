import { readFile } from 'node:fs/promises'
import { Problem } from '../../core/problem.ts'
import type { House } from '../house.ts'
import { tokenFile } from './http.ts'
import { addressOf, runningInstance } from './instance.ts'
import { isAlive } from './process.ts'

/** Asks the running gateway of this home to do something. False when none with HTTP runs; a Problem when it could not be done. */
export async function askGateway({ store, environment }: House, path: string): Promise<boolean> {
  const facts = await runningInstance(store, isAlive)
  const url = facts && addressOf(facts)
  const token = await readFile(tokenFile(environment.home), 'utf8').catch(() => undefined)
  if (url === undefined || token === undefined) return false
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.trim()}` },
    signal: AbortSignal.timeout(30_000),
  })
  if (answer.ok) return true
  const { error, at, mend } = (await answer.json()) as {
    readonly error: string
    readonly at?: string
    readonly mend?: string
  }
  throw new Problem(error, { ...(at !== undefined && { at }), ...(mend !== undefined && { mend }) })
}
