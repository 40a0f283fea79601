import type { Client, GatewayDispatchPayload, GatewayReadyDispatchData } from 'discord.js'
import type { ChannelHealth } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Problem } from '../../core/problem.ts'
import { endingProblem, tokenProblem } from './close-codes.ts'
import { identifyGate } from './identify.ts'
import type { Pace } from './options.ts'
import { sharding } from './shards.ts'
import type { Manager } from './shards.ts'

type Library = typeof import('./library.ts')

export interface GatewayOptions {
  readonly library: Library
  readonly name: string
  readonly token: string
  readonly rest: NonNullable<ConstructorParameters<Library['REST']>[0]>
  readonly clock: Clock
  readonly log: Log
  readonly pace: Pace
  readonly life: AbortSignal
  readonly route?: (url: string) => string
  /** A fresh session: what came before it is not replayed. */
  onSession(ready: GatewayReadyDispatchData): void
  onEvent(event: GatewayDispatchPayload): void
  /** The login is over for good. */
  onEnd(problem: Problem): void
}

export interface Gateway {
  /** Resolves when the first session stands, or when the channel stopped. A Problem when none ever can. */
  open(): Promise<void>
  close(): Promise<void>
  /** Ends it for good: nothing is tried again. */
  giveUp(problem: Problem): void
  /** Caches of guilds and their channels and roles; undefined before the first login. */
  client(): Client | undefined
  health(): ChannelHealth
}

/** Guilds, their messages, direct messages and what is written in them. */
const intents = (1 << 0) | (1 << 9) | (1 << 12) | (1 << 15)

export function gateway(options: GatewayOptions): Gateway {
  const { library, name, clock, log, pace, life } = options
  const gate = identifyGate(clock, pace.identifyMs)
  let client: Client | undefined
  let state: ChannelHealth['state'] = 'starting'
  let why: string | undefined
  let heardAt: number | undefined
  let ended: Problem | undefined

  const hear = () => {
    heardAt = clock.now()
  }
  const stand = () => {
    hear()
    if (ended) return
    state = 'up'
    why = undefined
  }
  const fall = (reason: string) => {
    if (ended) return
    if (state === 'up') state = 'down'
    why = reason
  }
  const end = (problem: Problem) => {
    if (ended) return
    ended = problem
    state = 'down'
    why = [problem.message, problem.detail.mend].filter(Boolean).join(' ')
    options.onEnd(problem)
  }
  const told: Readonly<Record<string, (payload: never) => void>> = {
    heartbeat: hear,
    resumed: stand,
    ready({ data }: { data: GatewayReadyDispatchData }) {
      stand()
      options.onSession(data)
    },
    dispatch({ data }: { data: GatewayDispatchPayload }) {
      hear()
      options.onEvent(data)
    },
    error: ({ error }: { error: Error }) => log.warn('Trouble with the connection to Discord.', { why: error.message }),
    closed({ code }: { code: number }) {
      log.info('The connection to Discord was closed.', { code })
      fall(`The connection was closed (code ${code}); connecting again.`)
      const problem = endingProblem(code, name)
      if (problem) end(problem)
    },
  }
  /**
   * Takes the connection's events before discord.js does. It gets only those that its caches of guilds live on: what it makes of a message
   * is not used. An error here would end the process.
   */
  function follow(manager: Manager): void {
    const tap = manager as unknown as { emit(event: string, payload: { data?: { t?: string } }): boolean }
    const pass = tap.emit.bind(manager)
    tap.emit = (event, payload) => {
      try {
        told[event]?.(payload as never)
        if (event === 'dispatch' && !forCaches.test(payload.data?.t ?? '')) return true
        return pass(event, payload)
      } catch (error) {
        log.warn('An event of Discord could not be read.', { event: payload.data?.t ?? event, why: String(error) })
        return true
      }
    }
  }
  function make(): Client {
    const made = new library.Client({
      intents,
      rest: options.rest,
      makeCache: library.Options.cacheWithLimits(smallCaches),
      ws: {
        buildIdentifyThrottler: () => gate,
        buildStrategy(manager) {
          follow(manager)
          return sharding(manager, { library, clock, log, pace, life, ...(options.route && { route: options.route }) })
        },
      },
    })
    made.on('error', (error) => log.warn('discord.js reports an error.', { why: error.message }))
    return made
  }
  async function login(): Promise<void> {
    client = make()
    const over = new Promise<void>((resolve) => {
      if (life.aborted) resolve()
      life.addEventListener('abort', () => resolve(), { once: true })
    })
    const done = client.login(options.token)
    // What comes of a login that nobody waits for any more is of no interest.
    done.catch(() => undefined)
    await Promise.race([done, over])
  }
  return {
    async open() {
      for (let tries = 1; !life.aborted; tries += 1) {
        try {
          await login()
          if (ended) throw ended
          return
        } catch (error) {
          if (ended) throw ended
          if (isBadToken(error)) {
            end(tokenProblem(name))
            throw tokenProblem(name)
          }
          const reason = error instanceof Error ? error.message : String(error)
          why = `Discord is out of reach (${reason}); trying again.`
          log.warn('Discord is out of reach; trying again.', { why: reason })
          const wait = pace.retryMs[Math.min(tries, pace.retryMs.length - 1)] ?? 0
          await clock.sleep(waitFor(reason, wait), life).catch(() => undefined)
        }
      }
    },
    async close() {
      await client?.destroy()
      client = undefined
      if (!ended) {
        state = 'down'
        why = 'It was stopped.'
      }
    },
    giveUp: end,
    client: () => client,
    health() {
      const silent = state === 'up' && heardAt !== undefined && clock.now() - heardAt > pace.silenceMs
      const reason = silent ? 'Nothing was heard from Discord for more than two minutes.' : why
      return {
        state: silent ? 'down' : state,
        ...(heardAt !== undefined && { heardAt }),
        ...(reason !== undefined && { why: reason }),
        ...(ended && { needs: 'person' }),
      }
    },
  }
}

/** When the day's logins are used up, Discord says so before it takes another. */
const waitFor = (reason: string, wait: number) => (reason.startsWith('Not enough sessions') ? 300_000 : wait)

const isBadToken = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'TokenInvalid' || ('status' in error && error.status === 401))

const forCaches =
  /^(?:READY|RESUMED|GUILD_(?:CREATE|UPDATE|DELETE|ROLE_\w+|MEMBER_UPDATE)|CHANNEL_(?!PINS)\w+|THREAD_(?!MEMBER)\w+)$/

/** Nothing is asked of these caches; guilds, channels and roles cannot be left out and are read. */
const smallCaches = {
  ApplicationCommandManager: 0,
  ApplicationEmojiManager: 0,
  AutoModerationRuleManager: 0,
  BaseGuildEmojiManager: 0,
  DMMessageManager: 0,
  EntitlementManager: 0,
  GuildBanManager: 0,
  GuildEmojiManager: 0,
  GuildInviteManager: 0,
  GuildMemberManager: {
    maxSize: 0,
    keepOverLimit: (member: { id: string; client: Client }) => member.id === member.client.user?.id,
  },
  GuildMessageManager: 0,
  GuildScheduledEventManager: 0,
  GuildStickerManager: 0,
  MessageManager: 0,
  PresenceManager: 0,
  ReactionManager: 0,
  ReactionUserManager: 0,
  StageInstanceManager: 0,
  ThreadMemberManager: 0,
  UserManager: {
    maxSize: 0,
    keepOverLimit: (user: { id: string; client: Client }) => user.id === user.client.user?.id,
  },
  VoiceStateManager: 0,
} as const
