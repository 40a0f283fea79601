import type { IncomingMessage, ServerResponse } from 'node:http'
import type { APIMessage } from 'discord.js'
import {
  ApplicationCommandUpdateRequestSchema,
  MessageCreateRequestSchema,
  MessageEditRequestPartialSchema,
  MessageResponseSchema,
} from 'discord-api-spec/zod'
import type { World } from './world.ts'

export interface RestRequest {
  readonly method: string
  /** Without `/api/v10`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
  readonly files: readonly { readonly field: string; readonly name: string; readonly bytes: Buffer }[]
}
/** What happens to the next requests whose `METHOD path` matches. `hang-after`: it takes effect, and nobody is ever told. */
export interface Fault {
  readonly match: RegExp
  /** Requests that it takes; 1 where absent. */
  times?: number
  /** `drop-after`: it takes effect, but the connection breaks instead of an answer. */
  readonly outcome:
    | 'drop'
    | 'drop-after'
    | 'hang'
    | 'hang-after'
    | {
        readonly status: number
        readonly body?: object | string
        readonly headers?: Readonly<Record<string, string>>
        readonly after?: boolean
      }
}
export interface RestFake {
  readonly requests: readonly RestRequest[]
  readonly faults: Fault[]
  /** What did not keep to Discord's own schema, on either side. */
  readonly violations: readonly string[]
  /** Requests that were too many. */
  limited: number
  /** Looks at a message of a person as well. */
  told(message: APIMessage): APIMessage
  /** Token that is taken; changed to revoke it. */
  token: string
  /** Requests per second that a channel takes before 429; Infinity where absent. */
  perSecond: number
  of(method: string, path: RegExp): readonly RestRequest[]
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
const json = (body: unknown, status = 200): Answer => ({ status, body })
const nothing: Answer = { status: 204 }
const refusal = (status: number, code: number, message: string, more: object = {}): Answer =>
  json({ message, code, ...more }, status)
const formError = (field: string, code: string, message: string) =>
  refusal(400, 50_035, 'Invalid Form Body', { errors: { [field]: { _errors: [{ code, message }] } } })

export function restFake(place: World, base: () => string, dispatch: (type: string, data: object) => void): RestFake {
  const requests: RestRequest[] = []
  const faults: Fault[] = []
  const violations: string[] = []
  const nonces = new Map<string, APIMessage>()
  const buckets = new Map<string, { count: number; resetAt: number }>()
  const check = (
    what: string,
    schema: { safeParse(value: unknown): { success: boolean; error?: { message: string } } },
    value: unknown,
  ) => {
    const result = schema.safeParse(value)
    if (!result.success) violations.push(`${what}: ${result.error?.message ?? ''} in ${JSON.stringify(value)}`)
  }
  const told = (message: APIMessage) => {
    check('response message', MessageResponseSchema, message)
    return message
  }
  const find = (channel: string, id: string) => place.messages.get(channel)?.find((message) => message.id === id)
  const uploads = ({ body, files }: RestRequest): APIMessage['attachments'] | undefined => {
    const told = (body['attachments'] ?? []) as readonly { id: number | string; filename?: string }[]
    if (files.some(({ field }) => !told.some(({ id }) => field === `files[${id}]`))) return undefined
    return files.map(({ name, bytes }) => place.attachment(base(), name, undefined, bytes))
  }
  const textFault = (body: RestRequest['body']): Answer | undefined => {
    const content = body['content']
    if (typeof content === 'string' && content.length > 2000)
      return formError('content', 'BASE_TYPE_MAX_LENGTH', 'Must be 2000 or fewer in length.')
    return undefined
  }

  function post(channel: string, request: RestRequest): Answer {
    const { body, files } = request
    check('create message', MessageCreateRequestSchema, body)
    const content = typeof body['content'] === 'string' ? body['content'] : ''
    if (content === '' && files.length === 0) return refusal(400, 50_006, 'Cannot send an empty message')
    const fault = textFault(body)
    if (fault) return fault
    const nonce = body['nonce'] as string | undefined
    if (nonce !== undefined && nonce.length > 25) return formError('nonce', 'NONCE_TYPE_INVALID', 'Too long')
    const unique = body['enforce_nonce'] === true && nonce !== undefined ? `${channel}:${nonce}` : ''
    const former = unique === '' ? undefined : nonces.get(unique)
    if (former) return json(told(former))
    const attachments = uploads(request)
    if (!attachments) return formError('attachments', 'ATTACHMENT_NOT_FOUND', 'Unknown attachment')
    const reference = body['message_reference'] as { message_id: string; fail_if_not_exists?: boolean } | undefined
    const referenced = reference && find(channel, reference.message_id)
    if (reference && !referenced && reference.fail_if_not_exists !== false)
      return formError('message_reference', 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message')
    const message = place.message(channel, place.bot, {
      content,
      attachments,
      flags: Number(body['flags'] ?? 0),
      ...(nonce !== undefined && { nonce }),
      ...(referenced && {
        type: 19,
        message_reference: { type: 0, channel_id: channel, message_id: referenced.id },
        referenced_message: referenced,
      }),
    })
    if (unique !== '') nonces.set(unique, message)
    dispatch('MESSAGE_CREATE', { ...message, ...where(channel) })
    return json(told(message))
  }
  const where = (channel: string) => {
    const found = place.channels.get(channel)
    return Number(found?.type) === 1 ? { channel_type: 1 } : { guild_id: place.guild }
  }
  function patch(channel: string, id: string, request: RestRequest): Answer {
    check('edit message', MessageEditRequestPartialSchema, request.body)
    const message = find(channel, id)
    if (!message) return refusal(404, 10_008, 'Unknown Message')
    if (message.author.id !== place.bot.id)
      return refusal(403, 50_005, 'Cannot edit a message authored by another user')
    const fault = textFault(request.body)
    if (fault) return fault
    const attachments = uploads(request)
    if (!attachments) return formError('attachments', 'ATTACHMENT_NOT_FOUND', 'Unknown attachment')
    Object.assign(message, {
      ...(typeof request.body['content'] === 'string' && { content: request.body['content'] }),
      ...(attachments.length > 0 && { attachments }),
      edited_timestamp: new Date().toISOString(),
    })
    dispatch('MESSAGE_UPDATE', { ...message, ...where(channel) })
    return json(told(message))
  }
  function list(channel: string, query: URLSearchParams): Answer {
    const after = BigInt(query.get('after') ?? 0)
    const limit = Number(query.get('limit') ?? 50)
    if (limit < 1 || limit > 100) return formError('limit', 'NUMBER_TYPE_MAX', 'int value should be 1 to 100')
    const page = (place.messages.get(channel) ?? []).filter(({ id }) => BigInt(id) > after).slice(0, limit)
    return json(page.map(told).reverse())
  }
  function inChannel(channel: string, rest: string, request: RestRequest): Answer {
    const { method, query } = request
    if (!place.channels.has(channel)) return refusal(404, 10_003, 'Unknown Channel')
    const one = /^\/messages\/(\d+)$/.exec(rest)?.[1]
    if (rest === '') return json(place.channels.get(channel))
    if (rest === '/typing' && method === 'POST') return nothing
    if (rest === '/messages' && method === 'POST') return post(channel, request)
    if (rest === '/messages' && method === 'GET') return list(channel, query)
    if (one !== undefined && method === 'PATCH') return patch(channel, one, request)
    if (one !== undefined && method === 'DELETE') {
      const messages = place.messages.get(channel) ?? []
      const at = messages.findIndex(({ id }) => id === one)
      if (at < 0) return refusal(404, 10_008, 'Unknown Message')
      messages.splice(at, 1)
      return nothing
    }
    if (one !== undefined && method === 'GET') {
      const message = find(channel, one)
      return message ? json(told(message)) : refusal(404, 10_008, 'Unknown Message')
    }
    if (/^\/messages\/\d+\/reactions\/[^/]+\/@me$/.test(rest) && method === 'PUT') return nothing
    return refusal(404, 0, '404: Not Found')
  }
  function answer(request: RestRequest): Answer {
    const { method, path, body } = request
    if (path === '/gateway/bot')
      return json({
        url: `${base().replace('http', 'ws')}/gateway`,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 999, reset_after: 14_400_000, max_concurrency: 1 },
      })
    const [, channel, rest] = /^\/channels\/(\d+)(\/.*)?$/.exec(path) ?? []
    if (channel !== undefined) return inChannel(channel, rest ?? '', request)
    if (/^\/applications\/\d+\/commands$/.test(path) && method === 'PUT') {
      for (const command of body as unknown as readonly object[])
        check('command', ApplicationCommandUpdateRequestSchema, command)
      return json(body)
    }
    if (/^\/interactions\/\d+\/[^/]+\/callback$/.test(path)) return nothing
    return refusal(404, 0, '404: Not Found')
  }
  /** The bucket of a channel's messages, as headers; undefined when it is empty. */
  function bucket({ method, path }: RestRequest): { headers: Record<string, string>; over: boolean } {
    const key = `${method} ${path.replaceAll(/\/messages\/\d+/g, '/messages/x')}`
    const now = Date.now()
    const former = buckets.get(key)
    const held = former && former.resetAt > now ? former : { count: 0, resetAt: now + 1_000 }
    held.count += 1
    buckets.set(key, held)
    const limit = fake.perSecond
    return {
      over: held.count > limit,
      headers: {
        'x-ratelimit-limit': String(Number.isFinite(limit) ? limit : 1_000_000),
        'x-ratelimit-remaining': String(Number.isFinite(limit) ? Math.max(0, limit - held.count) : 999_999),
        'x-ratelimit-reset-after': String((held.resetAt - now) / 1_000),
        'x-ratelimit-bucket': `bucket-${method}-${key.length}`,
      },
    }
  }
  const free = (path: string) => /^\/(?:interactions|webhooks)\//.test(path)
  const fake: RestFake = {
    requests,
    faults,
    violations,
    told,
    limited: 0,
    token: 'T0KEN',
    perSecond: Infinity,
    of: (method, path) => requests.filter((request) => request.method === method && path.test(request.path)),
    async handle(incoming, response) {
      const request = await read(incoming)
      const file = place.files.get(request.path)
      if (file) return void response.end(file)
      if (request.path.startsWith('/attachments/')) return void response.writeHead(404).end()
      requests.push(request)
      const send = ({ status, body, headers = {} }: Answer) => {
        if (body === undefined) return response.writeHead(status, headers).end()
        const type = typeof body === 'string' ? 'text/html' : 'application/json'
        response.writeHead(status, { 'content-type': type, ...headers })
        return response.end(typeof body === 'string' ? body : JSON.stringify(body))
      }
      const index = faults.findIndex(({ match }) => match.test(`${request.method} ${request.path}`))
      const fault = faults[index]
      if (fault) {
        fault.times = (fault.times ?? 1) - 1
        if (fault.times <= 0) faults.splice(index, 1)
        if (fault.outcome === 'drop') return void incoming.socket.destroy()
        if (fault.outcome === 'hang') return
        if (fault.outcome === 'hang-after') return void answer(request)
        if (fault.outcome === 'drop-after') {
          answer(request)
          return void incoming.socket.destroy()
        }
        if (fault.outcome.after) answer(request)
        return void send(fault.outcome)
      }
      const authorized = free(request.path) || incoming.headers.authorization === `Bot ${fake.token}`
      if (free(request.path) && incoming.headers.authorization !== undefined)
        violations.push(`${request.path}: the bot's token was sent where it does not belong`)
      if (!authorized) return void send(refusal(401, 0, '401: Unauthorized'))
      const { over, headers } = bucket(request)
      if (over) {
        fake.limited += 1
        const seconds = Number(headers['x-ratelimit-reset-after'])
        return void send({
          status: 429,
          body: { message: 'You are being rate limited.', retry_after: seconds, global: false },
          headers: { ...headers, 'retry-after': String(Math.ceil(seconds)), 'x-ratelimit-scope': 'user' },
        })
      }
      const done = answer(request)
      send({ ...done, headers: { ...headers, ...done.headers } })
    },
  }
  return fake
}

async function read(incoming: IncomingMessage): Promise<RestRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const raw = Buffer.concat(chunks)
  const url = new URL(incoming.url ?? '', 'http://x')
  const type = incoming.headers['content-type'] ?? ''
  const files: { field: string; name: string; bytes: Buffer }[] = []
  let body: Record<string, unknown> = {}
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(raw, { headers: { 'content-type': type } }).formData()
    for (const [field, value] of form) {
      if (field === 'payload_json') body = JSON.parse(value as string) as typeof body
      else if (typeof value !== 'string')
        files.push({ field, name: value.name, bytes: Buffer.from(await value.arrayBuffer()) })
    }
  } else if (type.startsWith('application/json') && raw.length > 0)
    body = JSON.parse(raw.toString('utf8')) as typeof body
  return {
    method: incoming.method ?? '',
    path: url.pathname.replace(/^\/api\/v10/, ''),
    query: url.searchParams,
    body,
    files,
  }
}
