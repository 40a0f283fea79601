import { Failure } from '../core/failure.ts'
import { exitCodes, Problem } from '../core/problem.ts'

/** Why there is no answer, for a person. */
export interface Trouble {
  readonly text: string
  readonly trouble: { readonly kind: string; readonly exitCode: number }
}

/** One honest sentence for the chat about why there is no answer. */
export function honest(error: unknown, signal: AbortSignal): Trouble {
  if (signal.aborted) return { text: 'Stopped.', trouble: { kind: 'aborted', exitCode: exitCodes.interrupted } }
  if (error instanceof Failure)
    return { text: error.message, trouble: { kind: error.kind, exitCode: exitCodes.failed } }
  if (error instanceof Problem) {
    const mend = error.detail.mend ? ` ${error.detail.mend}` : ''
    return { text: `${error.message}${mend}`, trouble: { kind: 'problem', exitCode: error.exitCode } }
  }
  const what = error instanceof Error ? error.message : String(error)
  return {
    text: `Something in picoclaw itself went wrong: ${what}`,
    trouble: { kind: 'internal', exitCode: exitCodes.failed },
  }
}
