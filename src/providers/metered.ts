import { noUsage, type Usage } from '../core/chat.ts'
import type { Clock } from '../core/clock.ts'
import { Failure, type FailureKind } from '../core/failure.ts'
import type { Call, Provider, Reply, ReplyEnd } from '../core/provider.ts'
import type { LedgerRow, LedgerStore } from '../core/store.ts'
import type { Price } from '../models/entry.ts'
import { costMicros } from '../models/price.ts'

export interface Meter {
  readonly ledger: LedgerStore
  readonly clock: Clock
  readonly vendor: string
  /** The wire id. */
  readonly model: string
  readonly keyTag: string
  /** Absent when nobody knows it. */
  readonly price?: { readonly price: Price; readonly source: string }
}

/** One ledger row for each time the wire is used, written when the answer has ended, however it ends. */
export function metered(provider: Provider, meter: Meter): Provider {
  const { ledger, clock, price } = meter
  const cost = (usage: Usage) => (price ? costMicros(price.price, usage) : undefined)

  function row(
    call: Call,
    start: number,
    facts: Partial<LedgerRow> & Pick<LedgerRow, 'outcome'>,
    usage: Usage,
  ): LedgerRow {
    const micros = cost(usage)
    return {
      call: call.id,
      at: start,
      cause: call.cause,
      endpoint: provider.name,
      vendor: meter.vendor,
      modelAsked: meter.model,
      keyTag: meter.keyTag,
      input: usage.input,
      output: usage.output,
      cacheRead: usage.cacheRead,
      cacheWrite: usage.cacheWrite,
      totalMs: clock.now() - start,
      ...(call.session !== undefined && { session: call.session }),
      ...(call.agent !== undefined && { agent: call.agent }),
      ...(micros !== undefined && { costMicros: micros }),
      ...(price && { priceSource: price.source }),
      ...facts,
    }
  }

  return {
    ...provider,
    async open(call, signal) {
      const start = clock.now()
      let reply: Reply
      try {
        reply = await provider.open(call, signal)
      } catch (error) {
        ledger.add(row(call, start, failed(error), noUsage))
        throw error
      }
      const firstTokenMs = clock.now() - start
      const end = reply.end.then(
        (ended): ReplyEnd => {
          ledger.add(row(call, start, { outcome: 'ok', modelAnswered: ended.model, firstTokenMs }, ended.usage))
          const micros = cost(ended.usage)
          return micros === undefined ? ended : { ...ended, costMicros: micros }
        },
        (error: unknown) => {
          ledger.add(row(call, start, { ...failed(error), firstTokenMs }, noUsage))
          throw error
        },
      )
      // Whoever reads only the stream learns of the failure there.
      end.catch(() => undefined)
      return { ...reply, end }
    },
  }
}

function failed(error: unknown): { readonly outcome: FailureKind; readonly status?: number } {
  if (!(error instanceof Failure)) return { outcome: 'unknown' }
  const { status } = error.detail
  return { outcome: error.kind, ...(status !== undefined && { status }) }
}
