import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel, InboundMessage, Receiver } from '../../../src/core/channel.ts'
import { DeliveryFailure } from '../../../src/core/channel.ts'
import type { ChatRef } from '../../../src/core/place.ts'
import type { Log } from '../../../src/core/log.ts'
import { discordChannel } from '../../../src/channels/discord/index.ts'
import type { DiscordOptions } from '../../../src/channels/discord/options.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { fakeDiscord } from '../../fakes/discord/index.ts'
import type { FakeDiscord } from '../../fakes/discord/index.ts'
import { memoryNotes } from '../../fakes/notes.ts'

/** Short where the real one is polite, long where a busy machine needs it. */
export const quickPace = {
  identifyMs: 20,
  helloMs: 5_000,
  readyMs: 5_000,
  resumeMs: 5_000,
  closeMs: 50,
  retryMs: [0, 0, 10, 20],
}

export interface Bench extends AsyncDisposable {
  readonly discord: FakeDiscord
  readonly channel: Channel
  readonly notes: ReturnType<typeof memoryNotes>
  readonly heard: readonly InboundMessage[]
  readonly changes: readonly string[]
  readonly logged: readonly string[]
  readonly at: { readonly dm: ChatRef; readonly general: ChatRef; readonly thread: ChatRef }
  /** Resolves to the first `count` messages. */
  hears(count: number): Promise<readonly InboundMessage[]>
  readonly receiver: Receiver
  start(): Promise<void>
}

export async function bench(
  more: Partial<DiscordOptions> & {
    readonly receive?: (message: InboundMessage) => Promise<void>
    readonly heartbeatMs?: number
  } = {},
): Promise<Bench> {
  const { receive, heartbeatMs, ...options } = more
  const discord = await fakeDiscord(heartbeatMs === undefined ? {} : { heartbeatMs })
  const notes = memoryNotes()
  const heard: InboundMessage[] = []
  const changes: string[] = []
  const logged: string[] = []
  const note = (level: string) => (message: string, fields?: object) =>
    void logged.push(`${level}: ${message} ${JSON.stringify(fields ?? {})}`)
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
  const channel = discordChannel({
    name: 'discord',
    settings: { token: 'T0KEN', streaming: { enabled: true, throttle_seconds: 0, min_growth_chars: 1 } },
    mentionOnly: () => false,
    clock: systemClock,
    log,
    notes,
    base: { api: discord.api, cdn: discord.url },
    pace: quickPace,
    ...options,
  })
  const receiver: Receiver = {
    async message(message) {
      await receive?.(message)
      heard.push(message)
    },
    async edited(at, id, text) {
      changes.push(`edited ${at.thread ?? at.chat} ${id} ${text}`)
    },
    async deleted(at, id) {
      changes.push(`deleted ${at.thread ?? at.chat} ${id}`)
    },
  }
  const { place } = discord
  return {
    discord,
    channel,
    notes,
    heard,
    changes,
    logged,
    receiver,
    at: {
      dm: { channel: 'discord', chat: place.dm },
      general: { channel: 'discord', chat: place.general },
      thread: { channel: 'discord', chat: place.general, thread: place.thread },
    },
    start: () => channel.start(receiver),
    async hears(count) {
      await eventually(
        () => heard.length >= count,
        () => `${heard.length} of ${count} messages were heard`,
      )
      return heard
    },
    async [Symbol.asyncDispose]() {
      await channel.stop()
      await discord[Symbol.asyncDispose]()
      assert.deepEqual(discord.rest.violations, [])
      assert.ok(!logged.some((line) => line.includes('T0KEN')), 'the token was logged')
    },
  }
}

export async function started(...options: Parameters<typeof bench>): Promise<Bench> {
  const made = await bench(...options)
  await made.start()
  return made
}

/** Waits for what must come; a busy machine has ten seconds. */
export async function eventually(holds: () => boolean, what: () => string = () => 'it did not happen'): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(what())
    await sleep(5)
  }
}

/** The failure of a delivery that must fail. */
export async function failureOf(work: Promise<unknown>): Promise<DeliveryFailure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof DeliveryFailure, `no DeliveryFailure: ${String(error)}`)
  return error
}
