import { noUsage, type Usage } from '../core/chat.ts'
import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Log } from '../core/log.ts'
import type { Call, EventReply, Provider, Reply, ReplyEnd } from '../core/provider.ts'
import type { LedgerRow, LedgerStore } from '../core/store.ts'
import type { Price } from '../models/entry.ts'
import { costMicros } from '../models/price.ts'

/** What a ledger row says about the candidate itself. */
export interface Metered {
  readonly endpoint: string
  readonly vendor: string
  /** The model's id on the wire. */
  readonly model: string
  readonly keyTag: string
  readonly price?: { readonly price: Price; readonly source: string }
}

/**
 * Writes one ledger row per wire attempt, when the attempt is over: answered, failed, cut or left by its reader. Tokens are those the
 * vendor told of by then. The reply's `end` tells the cost. A ledger that fails is logged and never felt by the caller.
 */
export function metered(provider: Provider, about: Metered, ledger: LedgerStore, clock: Clock, log: Log): Provider {
  return {
    ...provider,
    async open(call, signal) {
      const at = clock.now()
      // Reserving budget belongs here, before the wire is touched; settling it belongs into `write`.
      const write = (result: Result) => {
        try {
          ledger.add(row(about, call, at, clock.now() - at, result))
        } catch (error) {
          log.error('A model call could not be written to the ledger.', { call: call.id, error: String(error) })
        }
      }
      let reply: Reply
      try {
        reply = await provider.open(call, signal)
      } catch (error) {
        write({ ...failed(error), usage: undefined })
        throw error
      }
      const seen: Seen = { usage: undefined, model: undefined }
      const first = call.stream ? { firstTokenMs: clock.now() - at } : {}
      const end = reply.end.then(
        (answered): ReplyEnd => {
          write({ outcome: 'ok', usage: answered.usage, model: answered.model, ...first })
          return { ...answered, ...cost(about, answered.usage) }
        },
        (error: unknown) => {
          write({ ...failed(error), usage: seen.usage, model: seen.model, ...first })
          throw error
        },
      )
      // Whoever reads only the stream hears of its failure there.
      end.catch(() => undefined)
      return reply.type === 'events' ? { ...reply, end, events: watched(reply.events, seen) } : { ...reply, end }
    },
  }
}

interface Result extends Pick<LedgerRow, 'outcome' | 'status' | 'firstTokenMs'> {
  /** Undefined where the vendor told nothing. */
  readonly usage: Usage | undefined
  readonly model?: string | undefined
}
interface Seen {
  usage: Usage | undefined
  model: string | undefined
}

function failed(error: unknown): Pick<LedgerRow, 'outcome' | 'status'> {
  if (!(error instanceof Failure)) return { outcome: 'unknown' }
  const { status } = error.detail
  return { outcome: error.kind, ...(status !== undefined && { status }) }
}

/** Notes what `start` tells: all that is known of an answer that never ends. */
function watched(events: EventReply['events'], seen: Seen): EventReply['events'] {
  return {
    [Symbol.asyncIterator]() {
      const iterator = events[Symbol.asyncIterator]()
      return {
        async next() {
          const item = await iterator.next()
          if (!item.done && item.value.type === 'start') {
            seen.usage = item.value.usage
            seen.model = item.value.model
          }
          return item
        },
        async return() {
          return (await iterator.return?.()) ?? { done: true, value: undefined }
        },
      }
    },
  }
}

const cost = ({ price }: Metered, usage: Usage): Pick<ReplyEnd, 'costMicros'> =>
  price ? { costMicros: costMicros(price.price, usage) } : {}

function row(about: Metered, call: Call, at: number, totalMs: number, result: Result): LedgerRow {
  const { outcome, status, firstTokenMs, usage, model } = result
  const { input, output, cacheRead, cacheWrite } = usage ?? noUsage
  const { price } = about
  return {
    call: call.id,
    at,
    cause: call.cause,
    ...(call.session !== undefined && { session: call.session }),
    ...(call.turnId !== undefined && { turn: call.turnId }),
    ...(call.agent !== undefined && { agent: call.agent }),
    endpoint: about.endpoint,
    vendor: about.vendor,
    modelAsked: about.model,
    ...(model && { modelAnswered: model }),
    keyTag: about.keyTag,
    outcome,
    ...(status !== undefined && { status }),
    input,
    output,
    cacheRead,
    cacheWrite,
    ...(usage && cost(about, usage)),
    ...(usage && price && { priceSource: price.source }),
    ...(firstTokenMs !== undefined && { firstTokenMs }),
    totalMs,
  }
}
