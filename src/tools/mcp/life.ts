import type { Clock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Log } from '../../core/log.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection, ConnectionEvents, RemoteTool } from './ports.ts'
import { within } from './within.ts'

/** Milliseconds. */
export interface Patience {
  /** For the first answer; the first start of a program may have to download it. Default 60 000. */
  readonly connectMs?: number
  /** For a call. Default 60 000. */
  readonly callMs?: number
  /** Between two looks whether an idle server still answers. Default 30 000. */
  readonly pingMs?: number
  /** For the answer to such a look. Default 10 000. */
  readonly pongMs?: number
  /** Before the first restart; doubled for each further one in a row. Default 1000. */
  readonly backoffMs?: number
  /** The longest wait before a restart. Default 300 000. */
  readonly longestBackoffMs?: number
}

/** Milliseconds between the news of a change and the look at it. */
const swarmMs = 250

/** How long a server must have worked for its failure to count as the first. */
const stableMs = 60_000

export interface LifeOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly patience?: Patience
  connect(events: ConnectionEvents, signal: AbortSignal): Promise<Connection>
  /** Takes over the tools of a server that is up; undefined when it is down. Resolves when they may be offered. */
  tools(tools: readonly RemoteTool[] | undefined): Promise<void>
  /** Called at each look at an idle server. */
  idle?(): Promise<void>
  redact(text: string): string
}

export interface LifeState {
  readonly state: 'connecting' | 'up' | 'down' | 'closed'
  /** Why it is down. */
  readonly why?: string
  /** Starts after the first. */
  readonly restarts: number
}

/** A server that is kept running: connected to in the background, looked at when idle, started again when it is lost. */
export interface ServerLife {
  state(): LifeState
  /** Resolves when the first try to connect has ended, well or not. */
  readonly tried: Promise<void>
  /** A Problem when the server is down, refuses or takes too long; the signal's reason on abort. */
  call(tool: string, input: JsonObject, signal: AbortSignal): Promise<JsonObject>
  close(): Promise<void>
}

export function serverLife(options: LifeOptions): ServerLife {
  const { name, clock, log, redact } = options
  const patience = {
    connectMs: 60_000,
    callMs: 60_000,
    pingMs: 30_000,
    pongMs: 10_000,
    backoffMs: 1000,
    longestBackoffMs: 300_000,
    ...options.patience,
  }
  const end = new AbortController()
  const tried = Promise.withResolvers<void>()
  let state: LifeState = { state: 'connecting', restarts: 0 }
  let current: Session | undefined
  let calls = 0

  /** From the connection to its loss. Always throws. */
  const session = async (onUp: () => void): Promise<never> => {
    const now = newSession()
    const limit = { clock, ms: patience.connectMs, signal: end.signal, what: `The start of the MCP server ${name}` }
    let opening: Promise<Connection> | undefined
    try {
      const connection = await within(limit, (signal) => (opening = options.connect(now.events, signal)))
      const list = () =>
        within({ ...limit, what: `The list of tools of ${name}` }, (signal) => connection.tools(signal))
      await Promise.race([list().then(options.tools), now.lost])
      current = { ...now, connection }
      onUp()
      let news = now.next()
      for (;;) {
        const what = await firstOf(news, now.lost)
        // What happens during a look at an idle server is not lost with it.
        if (what !== 'idle') news = now.next()
        await look(current, what, list)
      }
    } finally {
      current = undefined
      await options.tools(undefined)
      await opening?.then(
        (connection) => connection.close(),
        () => undefined,
      )
    }
  }

  /** Waits for news, at most until the server has been idle for a while. Throws when it is lost. */
  const firstOf = async (news: Promise<News>, lost: Promise<never>): Promise<News | 'idle'> => {
    const over = new AbortController()
    const idle = clock.sleep(patience.pingMs, AbortSignal.any([over.signal, end.signal])).then(() => 'idle' as const)
    try {
      return await Promise.race([idle, news, lost])
    } finally {
      over.abort()
    }
  }

  /** Throws when the server is lost. */
  const look = async (now: Session, what: News | 'idle', list: () => Promise<readonly RemoteTool[]>): Promise<void> => {
    if (what === 'changed') {
      // Changes come in swarms.
      await Promise.race([clock.sleep(swarmMs, end.signal), now.lost])
      return Promise.race([list().then(options.tools), now.lost])
    }
    if (what === 'idle')
      await options.idle?.().catch((error: unknown) => log.warn(`MCP server ${name}: ${sentence(error)}`))
    // A server may be too busy with a call to answer; the call has its own limit.
    if (what === 'idle' && calls > 0) return
    const limit = { clock, ms: patience.pongMs, signal: end.signal, what: 'Its answer' }
    await Promise.race([within(limit, (signal) => now.connection.ping(signal)), now.lost])
  }

  const live = async () => {
    for (let failures = 0; !end.signal.aborted;) {
      let upSince: number | undefined
      try {
        await session(() => {
          upSince = clock.now()
          state = { state: 'up', restarts: state.restarts }
          log.info(`The MCP server ${name} is up.`)
          tried.resolve()
        })
      } catch (error) {
        if (end.signal.aborted) break
        const why = redact(sentence(error))
        if (upSince !== undefined || state.why !== why) log.warn(`The MCP server ${name} is down: ${why}`)
        state = { state: 'down', why, restarts: state.restarts + 1 }
        tried.resolve()
      }
      const steady = upSince !== undefined && clock.now() - upSince >= stableMs
      failures = steady ? 1 : failures + 1
      const wait = Math.min(patience.backoffMs * 2 ** (failures - 1), patience.longestBackoffMs)
      await clock.sleep(wait, end.signal).catch(() => undefined)
    }
    state = { state: 'closed', restarts: state.restarts }
    tried.resolve()
  }
  const alive = live()

  return {
    state: () => state,
    tried: tried.promise,
    async call(tool, input, signal) {
      const now = current
      if (!now)
        throw new Problem(`The MCP server ${name} is down${state.why ? `: ${state.why}` : '.'}`, {
          mend: 'It is started again by itself; try later.',
        })
      const limit = { clock, ms: patience.callMs, signal, what: `${tool} of the MCP server ${name}` }
      calls += 1
      try {
        return await Promise.race([within(limit, (stop) => now.connection.call(tool, input, stop)), now.lost])
      } catch (error) {
        // It may have lost us, or hang; but not while it may only be busy with another call.
        if (!signal.aborted && calls === 1) now.events.doubted()
        throw error
      } finally {
        calls -= 1
      }
    },
    async close() {
      end.abort(new Error('closed'))
      await alive
    },
  }
}

type News = 'changed' | 'doubted'

interface Signals {
  readonly events: ConnectionEvents
  /** Rejects with why the connection is over. */
  readonly lost: Promise<never>
  /** Resolves when something happened since it was last asked. */
  next(): Promise<News>
}
interface Session extends Signals {
  readonly connection: Connection
}

function newSession(): Signals {
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => undefined)
  const waiting: News[] = []
  let wake: ((what: News) => void) | undefined
  const happen = (what: News) => {
    if (waiting.includes(what)) return
    if (!wake) return void waiting.push(what)
    wake(what)
    wake = undefined
  }
  return {
    events: {
      closed: (why) => lost.reject(new Problem(why)),
      changed: () => happen('changed'),
      doubted: () => happen('doubted'),
    },
    lost: lost.promise,
    next: () =>
      new Promise((resolve) => {
        const what = waiting.shift()
        if (what === undefined) wake = resolve
        else resolve(what)
      }),
  }
}

/** An error as one line: servers send whole web pages as such. */
export function sentence(error: unknown): string {
  if (error instanceof Problem) return [error.message, error.detail.mend].filter(Boolean).join(' ')
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (error.message === 'fetch failed' && cause instanceof Error) return `It cannot be reached: ${cause.message}`
  return error.message.replaceAll(/\s+/g, ' ').slice(0, 500)
}
