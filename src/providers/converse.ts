import type { JsonObject } from '../core/json.ts'
import type { Call, NativeRequest, Provider, Reply } from '../core/provider.ts'
import type { DecoderContext, Dialect } from './dialect.ts'
import type { Endpoint } from './endpoint.ts'
import { exchange } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import { describeMending, mendingOf, withoutRefused } from './refused.ts'
import { relay } from './relay.ts'
import { byteReply, eventReply, untilCommit } from './reply.ts'
import { batches } from './source.ts'
import { wireModel } from './wire-model.ts'

/** A provider that speaks one dialect to one endpoint. */
export function converse(dialect: Dialect, endpoint: Endpoint): Provider {
  return {
    name: endpoint.name,
    async open(call, signal) {
      const native = call.native?.dialect === dialect.id ? call.native : undefined
      const stream = call.stream && (native !== undefined || endpoint.entry.streaming)
      const attempt = exchange(endpoint, dialect.url(endpoint), call, stream, signal)
      try {
        return native
          ? await openRelay(dialect, endpoint, native, call, attempt)
          : await openTranslated(dialect, endpoint, { call, stream }, attempt)
      } catch (error) {
        const failure = attempt.failure(error, false)
        attempt.end(failure)
        attempt.release()
        throw failure
      }
    },
  }
}

const answererOf = ({ name, entry }: Endpoint) => ({ endpoint: name, vendor: entry.vendor, model: entry.model })

async function tokenOf(endpoint: Endpoint, attempt: Exchange): Promise<string | undefined> {
  const token = await attempt.race(endpoint.token())
  if (token !== undefined) attempt.blame.hide(token)
  return token
}

async function openTranslated(
  dialect: Dialect,
  endpoint: Endpoint,
  { call, stream }: { readonly call: Call; readonly stream: boolean },
  attempt: Exchange,
): Promise<Reply> {
  const encoded = await attempt.race(dialect.encode(endpoint, call.request(), stream))
  const { response, mendings } = await send(dialect, endpoint, encoded.body, attempt)
  const context = { blame: attempt.blame, seed: call.id, toolName: encoded.toolName }
  const source = batches(response, dialect.decoder(context), attempt)
  const opened = await attempt.race(untilCommit(source, attempt, { whole: !stream, relay: false }))
  const notes = [...encoded.notes, ...mendings.map((entry) => describeMending(entry, endpoint.name))]
  return eventReply({ by: answererOf(endpoint), notes }, opened, attempt)
}

/** How many parameters may be given up within one call. */
const mostMendings = 4

/** Sends the body. A parameter that the vendor names in a 400 is given up, tried without, and remembered once that has worked. */
async function send(
  dialect: Dialect,
  endpoint: Endpoint,
  body: JsonObject,
  attempt: Exchange,
): Promise<{ response: Response; mendings: readonly string[] }> {
  const mendings: string[] = []
  const accept = body['stream'] === true ? 'text/event-stream' : 'application/json'
  const headers = { accept, ...dialect.headers(endpoint, await tokenOf(endpoint, attempt)) }
  for (;;) {
    const mended = withoutRefused(body, [...endpoint.refusedParams, ...mendings])
    try {
      const response = await attempt.race(dialect.send(dialect.url(endpoint), mended, headers, attempt.fetch))
      for (const entry of mendings) endpoint.refusedParams.add(entry)
      return { response, mendings }
    } catch (error) {
      const failure = attempt.failure(error, false)
      const mending = mendings.length < mostMendings ? mendingOf(failure, mended) : undefined
      if (mending === undefined || mendings.includes(mending)) throw failure
      mendings.push(mending)
    }
  }
}

async function openRelay(
  dialect: Dialect,
  endpoint: Endpoint,
  native: NativeRequest,
  call: Call,
  attempt: Exchange,
): Promise<Reply> {
  const token = await tokenOf(endpoint, attempt)
  const headers = dialect.headers(endpoint, token, native.headers)
  const response = await attempt.race(relay(dialect.url(endpoint), native, wireModel(endpoint), headers, attempt.fetch))
  const context: DecoderContext = { blame: attempt.blame, seed: call.id, toolName: (wire) => wire }
  const source = batches(response, dialect.decoder(context), attempt)
  const opened = await attempt.race(untilCommit(source, attempt, { whole: false, relay: true }))
  return byteReply({ by: answererOf(endpoint), notes: [] }, opened, attempt, response)
}
