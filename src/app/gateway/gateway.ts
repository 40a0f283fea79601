import { randomUUID } from 'node:crypto'
import type { Check } from '../../gateway/ports.ts'
import { type Webhooks, webhooks } from '../../gateway/webhooks.ts'
import { freeMemory } from '../../kit/free-memory.ts'
import { type Assistant, assistant, type AssistantOptions } from '../desk/desk.ts'
import { extensions } from '../desk/extensions.ts'
import { mcpServices } from '../desk/mcp-services.ts'
import { voice } from '../desk/voice.ts'
import { followConfig } from '../follow-config.ts'
import { processName } from '../process-name.ts'
import { type House, type HouseOptions, openHouse } from '../house.ts'
import { reloadConfig } from '../reload.ts'
import { version } from '../version.ts'
import { beginAgain } from './aside.ts'
import { channelSet, type ChannelSet } from './channel-set.ts'
import { clockwork } from './clockwork.ts'
import { type Counts, gatewayMetrics } from './counts.ts'
import { type GatewayHttp, openHttp } from './http.ts'
import { addressOf, becomeInstance, type InstanceFacts, urlOf } from './instance.ts'
import { removeOldAttachments } from './old-attachments.ts'
import { tellOwner } from './owner-chats.ts'
import { isAlive, isGateway } from './process.ts'
import { whenQuiet } from './quiet.ts'
import { statusText } from './report.ts'
import { safeMode, usualMode } from './safe-mode.ts'
import { setAside } from './set-aside.ts'
import { countStart } from './unclean.ts'
import { undelivered } from './undelivered.ts'
import { watchChannels } from './watch-channels.ts'

export interface GatewayOptions extends Omit<HouseOptions, 'service'> {
  /** Instead of what the configuration says. */
  readonly host?: string
  readonly port?: number
  /** Go on as usual after unclean starts. */
  readonly bold?: boolean
  readonly checkpoint?: AssistantOptions['checkpoint']
}

/** A running gateway. */
export interface Gateway {
  /** What is up, what is not and why; a line each. */
  report(): readonly string[]
  readonly url: string | undefined
  /** Resolves when another process took this home over. */
  readonly lost: Promise<void>
  /** Finishes or parks what runs, within 8 seconds, and closes everything. */
  stop(): Promise<void>
}

/** Turns and their answers have this long when the process is told to end. */
const drainMs = 8_000

/** Starts everything, in order. A Problem when another gateway runs on this home; whatever else fails is told in the report. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const house = await openHouse({ ...options, service: true })
  try {
    return await start(house, options)
  } catch (error) {
    await house.close()
    throw error
  }
}

async function start(house: House, options: GatewayOptions): Promise<Gateway> {
  const { store, clock, log } = house
  const over = new AbortController()
  const owner = processName(randomUUID())
  const counts: Counts = { startedAt: clock.now(), received: 0, sent: 0, uncertain: 0, dead: 0 }
  const facts = { owner, pid: process.pid, startedAt: counts.startedAt, version }
  const instance = await becomeInstance(facts, {
    store,
    clock,
    log,
    signal: over.signal,
    alive: isAlive,
    answers: isThere,
  })
  const starts = await countStart(store.notes, clock, over.signal)
  const careful = starts.safe && options.bold !== true
  if (careful) await setAside(house)

  const { webhook_host: host, webhook_port: port } = house.current.loaded.config.gateway
  const hooks = webhooks({ host, port }, (why) => log.error(`Webhooks cannot arrive: ${why}`))
  const more = await extensions(house, { waits: false })
  const works = clockwork(house, { owner, ...(options.checkpoint && { checkpoint: options.checkpoint }) })
  let channels: ChannelSet | undefined
  const desk = assistant(house, {
    stream: true,
    owner,
    stays: true,
    channels: () => channels?.list().map(({ name }) => name) ?? [],
    ...more.desk,
    ...voice(house),
    ...works.desk,
    services: {
      ...mcpServices(house, more),
      reload: () => reload(),
      status: async () => report().join('\n'),
    },
    deliveries: {
      sent() {
        counts.sent += 1
        counts.sentAt = clock.now()
      },
      async failed(lost) {
        counts[lost.state] += 1
        await undelivered(lost, { ...desk, log }, works.report)
      },
    },
    ...(options.checkpoint && { checkpoint: options.checkpoint }),
  })
  const open = (channels = channelSet({
    house,
    around: { house, webhooks: hooks, owner },
    road: desk.road,
    received() {
      counts.received += 1
    },
  }))
  async function reload(): Promise<void> {
    await reloadConfig(house)
    await adopted()
  }
  async function adopted(): Promise<void> {
    await more.adopt()
    await open.settle()
  }
  const tell = (text: string) => tellOwner({ ...desk, log }, text)
  let http: GatewayHttp | undefined
  let mode = usualMode
  const report = () =>
    statusText({
      house,
      channels: open.list(),
      unbuilt: open.unbuilt(),
      http: http?.listening,
      httpWhy: http?.why,
      webhooksWhy: hooks.why,
      safe: mode.on,
    })
  const { gateway } = house.current.loaded.config
  http = await openHttp(
    house,
    { host: options.host ?? gateway.host, port: options.port ?? gateway.port },
    {
      uptime: () => clock.now() - counts.startedAt,
      checks: () => checks(house, open, hooks, counts),
      metrics: () =>
        gatewayMetrics({ house, counts, turns: () => desk.road.size, channels: () => open.list(), version }),
      reload,
      retry: (id) => beginAgain(store, desk.road, id),
    },
  )
  if (http.listening) await instance.tell({ host: http.listening.host, port: http.listening.port })
  await open.settle()
  if (careful) {
    mode = safeMode({ settled: starts.settled, begin: () => works.start(desk), tell, log })
  } else {
    await desk.helpers.recover()
    await works.start(desk)
  }
  const watching = watchChannels({ clock, log, channels: () => open.list(), tell }, over.signal)
  const following = followConfig(house, over.signal, { adopted, refused: tell })
  const tidying = removeOldAttachments(
    { ...house, settings: () => house.current.loaded.config.tools.media_cleanup, agents: desk.agents },
    over.signal,
  )
  const resting = whenQuiet(
    { clock, activity: () => counts.received + counts.sent, busy: () => desk.road.size > 0 },
    () => freeMemory().catch((error: unknown) => log.warn(`Memory was not given back: ${String(error)}`)),
    over.signal,
  )

  return {
    report,
    url: http.listening && urlOf(http.listening),
    lost: instance.lost,
    async stop() {
      over.abort()
      const ends: readonly (() => Promise<unknown>)[] = [
        () => instance.tell({ ending: true }),
        () => Promise.all([mode.over, watching, following, resting, tidying]),
        () => works.stop(),
        () => stopReceiving(open, desk),
        () => desk.admission.flush(),
        () => http.close(),
        () => hooks.close(),
        () => more.close(),
        () => starts.clean(),
        () => instance.release(),
        () => house.close(),
      ]
      // A full disk must not keep channels open.
      for (const end of ends) await end().catch((error: unknown) => log.error(`Not ended in order: ${String(error)}`))
    },
  }
}

async function isThere(facts: InstanceFacts): Promise<boolean> {
  const url = addressOf(facts)
  return url !== undefined && isGateway(url, facts.pid)
}

/** Turns finish while nothing new comes in; then the channels are closed. */
async function stopReceiving(channels: ChannelSet, desk: Assistant): Promise<void> {
  desk.helpers.park()
  const summedUp = desk.summingUp.stop()
  await channels.pause()
  await desk.road.drain(drainMs)
  await summedUp
  await channels.stop()
}

async function checks(
  house: House,
  channels: ChannelSet,
  hooks: Webhooks,
  counts: Counts,
): Promise<Readonly<Record<string, Check>>> {
  const found: Record<string, Check> = {}
  try {
    await house.store.notes.get('gateway')
    found['store'] = {
      ok: true,
      ...(counts.sentAt !== undefined && { message: 'answers are delivered', heardAt: counts.sentAt }),
    }
  } catch (error) {
    found['store'] = { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
  if (hooks.why !== undefined) found['webhooks'] = { ok: false, message: hooks.why }
  for (const channel of channels.list()) {
    const { state, why, heardAt } = channel.health()
    found[channel.name] = {
      ok: state === 'up',
      ...((why ?? (state === 'starting' && 'is starting')) && { message: why ?? 'is starting' }),
      ...(heardAt !== undefined && { heardAt }),
    }
  }
  return found
}
