import type { Usage } from '../core/chat.ts'
import { noUsage } from '../core/chat.ts'
import type { Attempt } from '../core/failure.ts'
import type { Reply, ReplyEnd } from '../core/provider.ts'
import type { TurnReport } from '../core/report.ts'

/** What a turn has taken so far. */
export interface Tally {
  reply(reply: Pick<Reply, 'attempts' | 'notes'>, end: ReplyEnd): void
  failed(attempts: readonly Attempt[]): void
  note(text: string): void
  tool(ran: NonNullable<TurnReport['tools']>[number]): void
  readonly usage: Usage
  /** Micro-dollars; undefined when the price of any call is not known. */
  readonly costMicros: number | undefined
  /** Micro-dollars of the last call whose price is known. */
  readonly lastCostMicros: number
  readonly attempts: readonly Attempt[]
  readonly notes: readonly string[]
  readonly tools: NonNullable<TurnReport['tools']>
}

export function tally(): Tally {
  const attempts: Attempt[] = []
  const notes: string[] = []
  const tools: NonNullable<TurnReport['tools']>[number][] = []
  let usage = noUsage
  let cost: number | undefined = 0
  let last = 0
  const note = (text: string) => {
    if (!notes.includes(text)) notes.push(text)
  }
  return {
    reply(reply, end) {
      attempts.push(...reply.attempts)
      for (const text of reply.notes) note(text)
      usage = addUsage(usage, end.usage)
      last = end.costMicros ?? last
      cost = cost === undefined || end.costMicros === undefined ? undefined : cost + end.costMicros
    },
    failed: (more) => void attempts.push(...more),
    note,
    tool: (ran) => void tools.push(ran),
    get usage() {
      return usage
    },
    get costMicros() {
      return cost
    },
    get lastCostMicros() {
      return last
    },
    attempts,
    notes,
    tools,
  }
}

function addUsage(left: Usage, right: Usage): Usage {
  const reasoning = (left.reasoning ?? 0) + (right.reasoning ?? 0)
  return {
    input: left.input + right.input,
    output: left.output + right.output,
    cacheRead: left.cacheRead + right.cacheRead,
    cacheWrite: left.cacheWrite + right.cacheWrite,
    ...(reasoning > 0 && { reasoning }),
  }
}
