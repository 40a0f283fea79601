import type { Log } from '../../core/log.ts'
import type { StartCount } from './unclean.ts'

export interface SafeModeParts {
  readonly settled: StartCount['settled']
  /** Lets jobs and heartbeat begin. */
  begin(): Promise<void>
  tell(text: string): Promise<void>
  readonly log: Log
}

/** A process that is careful because the ones before it died. */
export interface SafeMode {
  readonly on: boolean
  /** Resolves when it is over, or when the process ends before. */
  readonly over: Promise<void>
}

export const usualMode: SafeMode = { on: false, over: Promise.resolve() }

/** Tells an owner why nothing is gone on with. Once the process has lasted, jobs begin, and that is told, too. */
export function safeMode({ settled, begin, tell, log }: SafeModeParts): SafeMode {
  let on = true
  async function last(): Promise<void> {
    await tell(beginning)
    if (!(await settled)) return
    on = false
    await begin()
    await tell('It has gone well for ten minutes: safe mode is over, and jobs start again.')
  }
  return {
    get on() {
      return on
    },
    over: last().catch((error: unknown) => log.error(`Safe mode could not be left: ${String(error)}`)),
  }
}

const beginning =
  'I am in safe mode, because I ended uncleanly three times in a row. What waited is set aside ("picoclaw gateway aside" shows it), and no job or heartbeat starts before ten minutes have gone well. My log tells why I ended.'
