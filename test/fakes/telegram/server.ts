import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { perform } from './methods.ts'
import { readForm } from './multipart.ts'
import { Refused, type Call, type FakeChat, type Shown, type State, type Values } from './state.ts'

/** What goes wrong with the next call of a method. */
export interface Fault {
  readonly status?: number
  readonly description?: string
  readonly parameters?: Values
  /** Not in the service's own words. */
  readonly html?: string
  /** The connection breaks: before anything happens, or after it happened. */
  readonly cut?: 'before' | 'after'
  /** Nothing comes back, ever; the call is not carried out. */
  readonly silent?: true
}

export interface FakeTelegram extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly me: State['me']
  readonly calls: readonly Call[]
  /** The bot's messages as people see them, in order. */
  readonly shown: readonly Shown[]
  readonly state: State
  /** Polls that met another one. */
  readonly overlaps: number
  /** Updates that are not confirmed. */
  readonly pending: readonly { readonly update_id: number }[]
  /** A person writes. Resolves to the message. */
  say(text: string, more?: Values, chat?: number): Values
  push(update: Values): void
  /** The bytes of a file that somebody sent. */
  file(bytes: Uint8Array, path?: string): string
  fault(method: string, ...faults: readonly Fault[]): void
  /** Resolves when a method was called so often. */
  called(method: string, times?: number): Promise<Call>
  /** Offers the webhook what it refused. */
  retryWebhook(): Promise<void>
}

export const alice = { id: 1001, is_bot: false, first_name: 'Alice', last_name: 'Smith', username: 'alice' }

interface Poll {
  answer(status: number, body: object): void
  readonly offset: number
  readonly limit: number
}

/** A Bot API server on loopback, as strict as its description. */
export async function fakeTelegram({
  token = '123456:TEST-token',
  heard,
  onCall = () => undefined,
}: {
  readonly token?: string
  /** Called for each call as it arrives; then calls are not kept. */
  readonly heard?: (call: Call) => void
  /** Told of each call, before and after it is carried out. */
  readonly onCall?: (call: Call, when: 'arrived' | 'done') => void
} = {}): Promise<FakeTelegram> {
  const chats: readonly FakeChat[] = [
    { id: 1001, type: 'private', first_name: 'Alice' },
    { id: -100500, type: 'supergroup', title: 'Team', topics: [7, 8] },
    { id: -77, type: 'group', title: 'Old team' },
  ]
  const state: State = {
    me: { id: 123456, is_bot: true, first_name: 'Test Bot', username: 'test_bot' },
    chats: new Map(chats.map((chat) => [chat.id, { ...chat }])),
    shown: [],
    files: new Map(),
    commands: [],
    reactions: [],
    actions: [],
    webhook: undefined,
    webhookTrouble: {},
    nextMessage: 500,
  }
  const calls: Call[] = []
  const faults = new Map<string, Fault[]>()
  const waiting = new Set<() => void>()
  const sockets = new Set<Socket>()
  let pending: (Values & { readonly update_id: number })[] = []
  let nextUpdate = 10
  let poll: Poll | undefined
  let overlaps = 0
  let delivering = Promise.resolve()

  const flush = () => {
    const ready = poll && pending.filter(({ update_id: id }) => id >= (poll?.offset ?? 0)).slice(0, poll.limit)
    if (poll && ready && ready.length > 0) poll.answer(200, { ok: true, result: ready })
  }
  const deliver = () => {
    delivering = delivering.then(async () => {
      while (state.webhook && pending[0]) {
        const { url, secret } = state.webhook
        const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(pending[0]) }).catch(
          () => undefined,
        )
        await response?.body?.cancel()
        if (!response?.ok) return
        pending.shift()
      }
    })
    return delivering
  }

  function getUpdates(call: Call, response: ServerResponse, answer: Poll['answer']): void {
    if (state.webhook)
      return answer(
        409,
        failure(
          409,
          "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        ),
      )
    if (poll) {
      overlaps += 1
      poll.answer(
        409,
        failure(
          409,
          'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
        ),
      )
    }
    const offset = Number(call.values['offset'] ?? 0)
    pending = pending.filter(({ update_id: id }) => id >= offset)
    const limit = Number(call.values['limit'] ?? 100)
    const seconds = Number(call.values['timeout'] ?? 0)
    const timer = setTimeout(() => mine.answer(200, { ok: true, result: [] }), seconds * 1_000)
    const over = () => {
      clearTimeout(timer)
      if (poll === mine) poll = undefined
    }
    const mine: Poll = {
      offset,
      limit,
      answer(status, body) {
        over()
        answer(status, body)
      },
    }
    response.once('close', over)
    poll = mine
    flush()
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const url = new URL(request.url ?? '', 'http://fake')
    const answer = (status: number, body: object) => {
      if (response.writableEnded) return
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const [, file, given, rest = ''] = /^\/(file\/)?bot([^/]+)\/(.+)$/.exec(url.pathname) ?? []
    if (given === undefined) return answer(404, failure(404, 'Not Found'))
    if (given !== token) return answer(401, failure(401, 'Unauthorized'))
    if (file) return serveFile(decodeURIComponent(rest), response)
    const call = readCall(rest, request, url, Buffer.concat(pieces))
    if (call instanceof Refused) return answer(call.status, failure(call.status, call.message))
    if (heard) heard(call)
    else calls.push(call)
    onCall(call, 'arrived')
    const fault = faults.get(call.method)?.shift()
    if (fault?.cut === 'after')
      settle(
        () => perform(state, call),
        () => undefined,
      )
    for (const wake of waiting) wake()
    if (fault) return fail(fault, request, response, answer)
    if (call.method === 'getUpdates') return getUpdates(call, response, answer)
    settle(() => perform(state, call), answer)
    onCall(call, 'done')
    for (const wake of waiting) wake()
    if (call.method === 'setWebhook') await deliver()
  }

  function serveFile(path: string, response: ServerResponse): void {
    const found = [...state.files.values()].find((file) => file.path === path)
    const fault = faults.get('file')?.shift()
    if (fault?.cut) return void response.destroy()
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/octet-stream' }).end(found?.bytes)
  }

  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const push = (update: Values) => {
    pending.push({ update_id: nextUpdate++, ...update })
    if (state.webhook) void deliver()
    else flush()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    me: state.me,
    calls,
    shown: state.shown,
    state,
    get overlaps() {
      return overlaps
    },
    get pending() {
      return pending
    },
    say(text, more = {}, chat = 1001) {
      const { topics: _, ...facts } = state.chats.get(chat) ?? { id: chat, type: 'private' }
      const words = text === '' ? {} : { text }
      const message = {
        message_id: state.nextMessage++,
        from: alice,
        date: 1_700_000_000,
        chat: facts,
        ...words,
        ...more,
      }
      push({ message })
      return message
    },
    push,
    file(bytes, path = `files/file_${state.files.size}.dat`) {
      const id = `F${state.files.size}`
      state.files.set(id, { bytes: Buffer.from(bytes), path })
      return id
    },
    fault(method, ...more) {
      faults.set(method, [...(faults.get(method) ?? []), ...more])
    },
    called(method, times = 1) {
      const found = () => calls.filter((call) => call.method === method)[times - 1]
      return new Promise((resolve) => {
        const look = () => {
          const call = found()
          if (!call) return
          waiting.delete(look)
          resolve(call)
        }
        waiting.add(look)
        look()
      })
    },
    retryWebhook: deliver,
    async [Symbol.asyncDispose]() {
      poll?.answer(200, { ok: true, result: [] })
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const failure = (status: number, description: string, parameters?: Values) => ({
  ok: false,
  error_code: status,
  description,
  ...(parameters && { parameters }),
})

function settle(work: () => unknown, answer: Poll['answer']): void {
  try {
    answer(200, { ok: true, result: work() })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    answer(error.status, failure(error.status, error.message, error.parameters))
  }
}

function fail(fault: Fault, request: IncomingMessage, response: ServerResponse, answer: Poll['answer']): void {
  const { status = 500, description = 'Internal Server Error', parameters, html } = fault
  if (fault.silent) return
  if (fault.cut) return void request.socket.destroy()
  if (html === undefined) answer(status, failure(status, description, parameters))
  else response.writeHead(status, { 'content-type': 'text/html' }).end(html)
}

/** Fields whose value is JSON, also where it comes as text. */
const structured = new Set([
  'reply_parameters',
  'commands',
  'media',
  'reaction',
  'allowed_updates',
  'link_preview_options',
])
const numbers = new Set(['chat_id', 'message_id', 'message_thread_id'])

function readCall(method: string, request: IncomingMessage, url: URL, body: Buffer): Call | Refused {
  const type = request.headers['content-type'] ?? ''
  try {
    if (type.startsWith('application/json')) {
      const values = JSON.parse(body.toString() || '{}') as Values
      return { method, values: read(values, false), files: {} }
    }
    const form = type.startsWith('multipart/')
      ? readForm(body, type)
      : { fields: Object.fromEntries(url.searchParams), files: {} }
    return { method, values: read(form.fields, true), files: form.files }
  } catch (error) {
    return new Refused(400, `Bad Request: ${error instanceof Error ? error.message : 'the request cannot be read'}`)
  }
}

function read(values: Values, asText: boolean): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value]
      if (structured.has(name)) return [name, JSON.parse(value) as unknown]
      return [name, asText && numbers.has(name) && /^-?\d+$/.test(value) ? Number(value) : value]
    }),
  )
}
