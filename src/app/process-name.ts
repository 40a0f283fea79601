import { hostname } from 'node:os'
import { isAlive } from './gateway/process.ts'

/** A name of this process among all that share a store; `unique` tells it from those with the same id before and after it. */
export function processName(unique: string): string {
  return `${process.pid}@${hostname()}/${unique}`
}

/** True when a process of that name ran on this machine and runs no more. Of other machines nobody knows. */
export function hasEnded(name: string): boolean {
  const [, pid, host] = /^(\d+)@(.*)\/[^/]*$/.exec(name) ?? []
  return pid !== undefined && host === hostname() && !isAlive(Number(pid))
}
