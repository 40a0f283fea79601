import type { Usage } from './chat.ts'
import type { FailureKind } from './failure.ts'

/** How a call ended, for whoever keeps the money. `heard`: bytes of text that came; `reached`: how far it had come. */
export type Spent =
  | { readonly outcome: 'ok'; readonly usage: Usage; readonly heard: number }
  | {
      readonly outcome: FailureKind
      readonly reached: 'nothing' | 'vendor' | 'answer'
      readonly usage: Usage | undefined
      readonly heard: number
    }

/** What a turn and all who work for it have cost together, as far as it is known. */
export interface Bill {
  readonly micros: number
  add(micros: number): void
}

export function bill(): Bill {
  let micros = 0
  return {
    get micros() {
      return micros
    },
    add(more) {
      micros += more
    },
  }
}

/** Leave to spend. */
export interface Leave {
  /** The most that may be asked for, where that is less than the call wants, or the call names no limit. */
  readonly maxTokens?: number
  /** What the reader of the answer should know. */
  readonly notes: readonly string[]
  settle(spent: Spent): Promise<void>
}
