import type { GatewayReadyDispatchData } from 'discord.js'
import type { Channel, MenuCommand, Receiver } from '../../core/channel.ts'
import { DeliveryFailure } from '../../core/channel.ts'
import type { Problem } from '../../core/problem.ts'
import { splitText } from '../../kit/split-text.ts'
import { discordStyle } from '../markdown/discord.ts'
import { splitMarkdown } from '../markdown/split.ts'
import { filesOf } from './attachments.ts'
import type { Files } from './attachments.ts'
import { missingToken, tokenProblem } from './close-codes.ts'
import { deliveryFailure } from './failures.ts'
import { gateway } from './gateway.ts'
import type { Gateway } from './gateway.ts'
import type { Reader } from './inbound.ts'
import { listening } from './listen.ts'
import type { Listener } from './listen.ts'
import { liveMessage } from './live.ts'
import { publishMenu } from './menu.ts'
import type { DiscordOptions } from './options.ts'
import { usualPace } from './options.ts'
import { maxText, outbound } from './outbound.ts'
import type { Outbound } from './outbound.ts'
import { placesOf } from './places.ts'
import { relayThrough } from './relay.ts'
import type { Relay } from './relay.ts'
import { restOf, restOptions, restUntil, routed } from './rest.ts'
import type { Rest } from './rest.ts'
import { seenIn } from './seen.ts'
import type { Seen } from './seen.ts'

/** Everything of one start. What it heard before a stop can still be answered after it. */
interface Run {
  /** Ends with the stop. */
  readonly life: AbortController
  readonly library: typeof import('./library.ts')
  readonly rest: Rest
  readonly relay: Relay | undefined
  readonly gateway: Gateway
  readonly files: Files
  readonly outbound: Outbound
  readonly listener: Listener
  readonly seen: Seen
  ready: GatewayReadyDispatchData | undefined
  ended: Promise<void> | undefined
  /** Why it ended by itself. */
  problem: Problem | undefined
}

/** Discord as a channel: direct messages, servers and their threads. discord.js is loaded when it starts. */
export function discordChannel(options: DiscordOptions): Channel {
  const { name, settings, clock, log, notes } = options
  const { streaming } = settings
  const split = (markdown: string): readonly string[] => splitMarkdown(markdown, maxText, discordStyle)
  let run: Run | undefined
  /** Tells a start that was overtaken by a stop. */
  let starts = 0
  let menu: readonly MenuCommand[] | undefined

  async function begin(receiver: Receiver): Promise<Run> {
    const token = settings.token?.trim().replace(/^Bot\s+/i, '')
    if (!token) throw missingToken(name)
    const seen = seenIn(notes, name)
    await seen.load()
    const library = await import('./library.ts')
    const life = new AbortController()
    const relay = settings.proxy ? await relayThrough(settings.proxy, `channel_list.${name}.settings.proxy`) : undefined
    const rest = restOf(library, restOptions(options), token)
    const asking = restUntil(life.signal, rest)
    const shared = { library, clock, log, life: life.signal }
    const places = placesOf(() => made.gateway.client(), asking)
    const files = filesOf({
      rest,
      fetch: options.fetch ?? globalThis.fetch,
      ...(options.base && { cdn: options.base.cdn }),
    })
    const reader = (): Reader | undefined =>
      made.ready && {
        name,
        own: made.ready.user.id,
        ownRoles: places.ownRoles,
        channelName: places.name,
        files: files.of,
      }
    const listener = listening({
      ...shared,
      rest: asking,
      receiver,
      places,
      seen,
      mentionOnly: options.mentionOnly,
      reader,
    })
    const made: Run = {
      life,
      relay,
      library,
      rest,
      files,
      seen,
      listener,
      ready: undefined,
      ended: undefined,
      problem: undefined,
      outbound: outbound({ library, rest, clock, log, onRefusedToken: () => made.gateway.giveUp(tokenProblem(name)) }),
      gateway: gateway({
        ...shared,
        name,
        token,
        rest: relay ? routed(restOptions(options), relay.route) : restOptions(options),
        ...(relay && { route: relay.route }),
        pace: { ...usualPace, ...options.pace },
        onSession(ready) {
          made.ready = ready
          listener.session()
          void tellMenu(made)
        },
        onEvent: listener.event,
        onEnd(problem) {
          made.problem = problem
          log.error('The Discord channel has ended.', { channel: name, why: problem.message })
          void end(made)
        },
      }),
    }
    return made
  }
  /** Once per run; a second caller waits for the first. */
  function end(ending: Run): Promise<void> {
    ending.ended ??= (async () => {
      ending.life.abort(new Error('The channel was stopped.'))
      await ending.gateway.close()
      await ending.relay?.close()
      await ending.listener.idle()
      await ending.seen.flush()
      ending.rest.close()
    })()
    return ending.ended
  }
  async function tellMenu({ ready, rest, library, life }: Run): Promise<void> {
    if (!menu || !ready || life.signal.aborted) return
    try {
      await publishMenu(menu, { application: ready.application.id, rest, notes, name })
    } catch (error) {
      log.warn('The commands could not be told to Discord.', { why: deliveryFailure(library, error).message })
    }
  }
  const out = (): Outbound => {
    if (run?.problem) throw new DeliveryFailure('auth', run.problem.message, { cause: run.problem })
    if (run) return run.outbound
    throw new DeliveryFailure('not-sent', `The channel ${name} is not running.`)
  }

  return {
    name,
    limits: { maxText },
    keyed: true,
    split,
    async start(receiver) {
      starts += 1
      const mine = starts
      if (run) await end(run)
      const made = await begin(receiver)
      if (mine !== starts) return end(made)
      run = made
      try {
        await made.gateway.open()
      } catch (error) {
        await end(made)
        throw error
      }
    },
    async stop() {
      starts += 1
      if (run) await end(run)
    },
    health: () => run?.gateway.health() ?? { state: 'down', why: 'It was not started.' },
    send: async (message) => out().send(message),
    edit: async (at, id, text) => out().edit(at, id, text),
    remove: async (at, id) => out().remove(at, id),
    react: async (at, id, emoji) => out().react(at, id, emoji),
    typing: (at) => (run && !run.problem ? run.outbound.typing(at) : { [Symbol.dispose]: () => undefined }),
    async fetch(ref, signal) {
      if (run) return run.files.fetch(ref, signal)
      throw new DeliveryFailure('not-sent', `The channel ${name} is not running.`)
    },
    async menu(commands) {
      menu = commands
      if (run) await tellMenu(run)
    },
    ...(streaming.enabled &&
      ({
        live(to, { replyTo, key = crypto.randomUUID(), shown, ...told } = {}) {
          return liveMessage({
            clock,
            log,
            throttleMs: streaming.throttle_seconds * 1_000,
            minGrowth: streaming.min_growth_chars,
            first: (text) => splitText(text, maxText - 200)[0] ?? '',
            post: async (text) => out().send({ to, text, key, ...(replyTo !== undefined && { replyTo }) }),
            edit: async (id, text) => out().edit(to, id, text),
            send: async (message) => out().send(message),
            ...(shown !== undefined && { shown }),
            ...told,
          })
        },
      } satisfies Partial<Channel>)),
  }
}
