import type { ClientOptions } from 'discord.js'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Pace } from './options.ts'

type Library = typeof import('./library.ts')
type BuildStrategy = NonNullable<NonNullable<ClientOptions['ws']>['buildStrategy']>
export type Manager = Parameters<BuildStrategy>[0]
type Strategy = ReturnType<BuildStrategy>

/** What of a connection this file takes hold of. discord.js keeps it private: it has no setting for any of it. */
interface Shard {
  readonly id: number
  readonly status: number
  connection: Socket | null
  internalConnect(): Promise<void>
  destroy(options?: { code?: number; reason?: string; recover?: number }): Promise<void>
}
interface Socket {
  readonly readyState: number
  terminate(): void
  on(event: 'error', listener: () => void): void
}
const connecting = 0
const closed = 3

/** Listens to the connections' own events, whose names discord.js does not hand out. */
function listen(manager: Manager, event: string, listener: () => void): void {
  const emitter = manager as unknown as { on(event: string, listener: () => void): unknown }
  emitter.on(event, listener)
}

export interface ShardingOptions {
  readonly library: Library
  readonly clock: Clock
  readonly log: Log
  readonly pace: Pace
  /** Aborted when the channel stops. */
  readonly life: AbortSignal
  /** The address to really connect to. */
  readonly route?: (url: string) => string
}

/**
 * discord.js's own connections with limits that it lacks: tries are spaced, a resume that is not answered or failed twice becomes a fresh
 * login, a connection that does not close is cut, and nothing connects again once the channel has stopped.
 */
export function sharding(manager: Manager, options: ShardingOptions): Strategy {
  const { library, pace, clock, log, life } = options
  Object.assign(manager.options, {
    helloTimeout: pace.helloMs,
    readyTimeout: pace.readyMs,
    handshakeTimeout: pace.helloMs,
  })
  const simple = new library.SimpleShardingStrategy(manager)
  const { updateSessionInfo } = manager.options
  manager.options.updateSessionInfo = (id, session) =>
    updateSessionInfo(
      id,
      session && options.route ? { ...session, resumeURL: options.route(session.resumeURL) } : session,
    )
  let failures = 0
  const heard = () => {
    failures = 0
  }
  listen(manager, 'ready', heard)
  listen(manager, 'resumed', heard)
  const known = simple as unknown as { readonly shards: ReadonlyMap<number, Shard> }
  const shards = (): readonly Shard[] => [...known.shards.values()]
  const is = (shard: Shard, status: keyof Library['WebSocketShardStatus']) =>
    shard.status === (library.WebSocketShardStatus[status] as number)

  function supervise(shard: Shard): void {
    const connect = shard.internalConnect.bind(shard)
    const destroy = shard.destroy.bind(shard)
    shard.internalConnect = async () => {
      const tried = failures
      failures += 1
      const wait = pace.retryMs[Math.min(tried, pace.retryMs.length - 1)] ?? 0
      if (!(await passes(clock, wait, life)) || !is(shard, 'Idle')) return
      // A session that could not be resumed twice is lost.
      if (tried >= 2) await manager.options.updateSessionInfo(shard.id, null)
      cut(shard.connection)
      try {
        await connect()
        if (is(shard, 'Resuming'))
          giveUpResume(shard).catch((error: unknown) =>
            log.warn('A connection could not be left.', { why: String(error) }),
          )
      } catch (error) {
        log.warn('Discord cannot be connected to.', { why: String(error) })
        return shard.internalConnect()
      }
    }
    shard.destroy = (how) => {
      const { connection } = shard
      if (connection && connection.readyState !== closed)
        void passes(clock, pace.closeMs, life).then(() => cut(connection))
      return destroy(how)
    }
  }
  async function giveUpResume(shard: Shard): Promise<void> {
    const { connection } = shard
    if (!(await passes(clock, pace.resumeMs, life))) return
    if (shard.connection !== connection || !is(shard, 'Resuming')) return
    await shard.destroy({
      reason: 'The resume was not answered',
      recover: library.WebSocketShardDestroyRecovery.Reconnect,
    })
  }
  return {
    async spawn(ids) {
      await simple.spawn(ids)
      for (const shard of shards()) supervise(shard)
    },
    connect: () => simple.connect(),
    async destroy(how) {
      const retired = shards()
      for (const shard of retired) shard.internalConnect = () => Promise.resolve()
      const connections = retired.map(({ connection }) => connection)
      const done = simple.destroy(how)
      // A connection that is still being made is forgotten, not closed, by discord.js.
      for (const connection of connections) if (connection?.readyState === connecting) cut(connection)
      const closing = new AbortController()
      void clock.sleep(pace.closeMs, closing.signal).then(
        () => connections.forEach(cut),
        () => undefined,
      )
      await done
      closing.abort()
    },
    send: (id, payload) => simple.send(id, payload),
    fetchStatus: () => simple.fetchStatus(),
  }
}

/** Waits; false when the channel stopped meanwhile. */
async function passes(clock: Clock, ms: number, life: AbortSignal): Promise<boolean> {
  if (ms > 0 && !life.aborted) await clock.sleep(ms, life).catch(() => undefined)
  return !life.aborted
}

function cut(connection: Socket | null): void {
  if (!connection || connection.readyState === closed) return
  // One that is cut before it stands says so as an error.
  connection.on('error', () => undefined)
  connection.terminate()
}
