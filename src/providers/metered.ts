import { noUsage, type Usage } from '../core/chat.ts'
import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Log } from '../core/log.ts'
import type { Call, EventReply, Provider, Reply, ReplyEnd } from '../core/provider.ts'
import type { LedgerRow, LedgerStore } from '../core/store.ts'
import type { Price } from '../models/entry.ts'
import { costMicros } from '../models/price.ts'
import type { Leave, Spent } from '../core/spent.ts'
import type { Purse } from './ports.ts'

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
 * Asks for the money first, where somebody keeps it, and writes one ledger row per wire attempt, when the attempt is over: answered,
 * failed, cut or left by its reader. Tokens are those the vendor told of by then. The reply's `end` tells the cost. A ledger that fails
 * is logged and never felt by the caller. A call that the budget refuses reached no wire and is no row.
 */
export function metered(
  provider: Provider,
  about: Metered,
  ledger: LedgerStore,
  clock: Clock,
  log: Log,
  purse?: Purse,
): Provider {
  return {
    ...provider,
    async open(call, signal) {
      const leave = await purse?.({ call, endpoint: about.endpoint, price: about.price?.price })
      const at = clock.now()
      const seen: Seen = { usage: undefined, model: undefined, heard: 0 }
      const close = async (result: Result, reached: Reached) => {
        try {
          ledger.add(row(about, call, at, clock.now() - at, result))
        } catch (error) {
          log.error('A model call could not be written to the ledger.', { call: call.id, error: String(error) })
        }
        await settle(leave, result, reached, seen.heard)
      }
      const reached = signal.aborted ? 'nothing' : 'vendor'
      let reply: Reply
      try {
        reply = await provider.open(limited(call, leave), signal)
      } catch (error) {
        await close({ ...failed(error), usage: undefined }, reached)
        throw error
      }
      const first = call.stream ? { firstTokenMs: clock.now() - at } : {}
      const end = reply.end.then(
        async (answered): Promise<ReplyEnd> => {
          await close({ outcome: 'ok', usage: answered.usage, model: answered.model, ...first }, 'answer')
          return { ...answered, ...cost(about, answered.usage) }
        },
        async (error: unknown) => {
          await close({ ...failed(error), usage: seen.usage, model: seen.model, ...first }, 'answer')
          throw error
        },
      )
      // Whoever reads only the stream hears of its failure there.
      end.catch(() => undefined)
      const notes = leave ? [...leave.notes, ...reply.notes] : reply.notes
      return reply.type === 'events'
        ? { ...reply, notes, end, events: watched(reply.events, seen) }
        : { ...reply, notes, end, bytes: counted(reply.bytes, seen) }
    },
  }
}

/** The call with the limit that its money pays for. */
function limited(call: Call, leave: Leave | undefined): Call {
  const { maxTokens } = leave ?? {}
  return maxTokens === undefined ? call : { ...call, request: () => ({ ...call.request(), maxTokens }) }
}

type Reached = Extract<Spent, { readonly reached: unknown }>['reached']

async function settle(leave: Leave | undefined, result: Result, reached: Reached, heard: number): Promise<void> {
  const { outcome, usage } = result
  if (outcome !== 'ok') await leave?.settle({ outcome, reached, usage, heard })
  else await leave?.settle({ outcome, usage: usage ?? noUsage, heard })
}

interface Result extends Pick<LedgerRow, 'outcome' | 'status' | 'firstTokenMs'> {
  /** Undefined where the vendor told nothing. */
  readonly usage: Usage | undefined
  readonly model?: string | undefined
}
interface Seen {
  usage: Usage | undefined
  model: string | undefined
  /** Bytes of text, thinking and calls that came. */
  heard: number
}

function failed(error: unknown): { readonly outcome: Exclude<LedgerRow['outcome'], 'ok'>; readonly status?: number } {
  if (!(error instanceof Failure)) return { outcome: 'unknown' }
  const { status } = error.detail
  return { outcome: error.kind, ...(status !== undefined && { status }) }
}

/** Notes what `start` tells and how much came: all that is known of an answer that never ends. */
function watched(events: EventReply['events'], seen: Seen): EventReply['events'] {
  return {
    [Symbol.asyncIterator]() {
      const iterator = events[Symbol.asyncIterator]()
      return {
        async next() {
          const item = await iterator.next()
          if (item.done) return item
          if (item.value.type === 'start') {
            seen.usage = item.value.usage
            seen.model = item.value.model
          }
          if ('text' in item.value) seen.heard += Buffer.byteLength(item.value.text)
          if ('json' in item.value) seen.heard += Buffer.byteLength(item.value.json)
          return item
        },
        async return() {
          return (await iterator.return?.()) ?? { done: true, value: undefined }
        },
      }
    },
  }
}

/** Counts relayed bytes; the frames around the words count too. */
async function* counted(bytes: AsyncIterable<Uint8Array>, seen: Seen): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    seen.heard += chunk.length
    yield chunk
  }
}

/** Unknown where the price is, and where the vendor told no figures of an answer that is not free. */
function cost({ price }: Metered, usage: Usage): Pick<ReplyEnd, 'costMicros'> {
  if (!price) return {}
  const told = usage.input + usage.output + usage.cacheRead + usage.cacheWrite > 0
  const free = price.price.input === 0 && price.price.output === 0
  return told || free ? { costMicros: costMicros(price.price, usage) } : {}
}

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
