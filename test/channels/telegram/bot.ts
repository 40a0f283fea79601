import assert from 'node:assert/strict'
import type { Channel, InboundMessage, Receiver } from '../../../src/core/channel.ts'
import type { Log } from '../../../src/core/log.ts'
import { telegramChannel } from '../../../src/channels/telegram/index.ts'
import type { TelegramOptions, TelegramSettings } from '../../../src/channels/telegram/ports.ts'
import { fakeClock, type FakeClock } from '../../fakes/clock.ts'
import { until } from '../../fakes/http-server.ts'
import { fakeTelegram, type FakeTelegram } from '../../fakes/telegram/server.ts'

export interface Inbox extends Receiver {
  readonly messages: readonly InboundMessage[]
  /** What else was heard, a line each. */
  readonly events: readonly string[]
  /** Resolves to the message of this number, from 1. */
  heard(number: number): Promise<InboundMessage>
  /** Resolves when so many other things were heard. */
  told(number: number): Promise<string>
}

/** A receiver that keeps everything; `store` may refuse first. */
export function inbox(store: (message: InboundMessage) => Promise<void> = () => Promise.resolve()): Inbox {
  const messages: InboundMessage[] = []
  const events: string[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of waiting) look()
  }
  const nth = <T>(list: readonly T[], number: number) =>
    new Promise<T>((resolve) => {
      const look = () => {
        const found = list[number - 1]
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  const tell = async (line: string) => {
    events.push(line)
    wake()
  }
  return {
    messages,
    events,
    async message(message) {
      await store(message)
      messages.push(message)
      wake()
    },
    edited: (at, id, text) => tell(`${at.chat} ${id} now says ${text}`),
    moved: (from, to) => tell(`${from.chat} is now ${to.chat}`),
    heard: (number) => nth(messages, number),
    told: (number) => nth(events, number),
  }
}

export interface Bot extends AsyncDisposable {
  readonly fake: FakeTelegram
  readonly channel: Channel
  readonly clock: FakeClock
  /** Waits until the channel has begun to sleep so long, then lets the time pass. */
  wake(ms: number): Promise<void>
  readonly inbox: Inbox
  readonly lines: readonly string[]
  /** The same settings again, as after a restart. */
  again(more?: Partial<TelegramOptions>): Channel
}

export interface BotOptions {
  readonly settings?: Partial<TelegramSettings>
  readonly options?: Partial<TelegramOptions>
  readonly inbox?: Inbox
  /** Left to the test. */
  readonly start?: false
}

export const to = { channel: 'telegram', chat: '1001' }
export const team = { channel: 'telegram', chat: '-100500' }

/** A channel that talks to its own fake service, started. */
export async function bot({ settings, options, inbox: receiver = inbox(), start }: BotOptions = {}): Promise<Bot> {
  const fake = await fakeTelegram()
  const inner = fakeClock()
  const sleeps: number[] = []
  const clock: FakeClock = {
    now: () => inner.now(),
    advance: (ms) => inner.advance(ms),
    sleep(ms, signal) {
      sleeps.push(ms)
      return inner.sleep(ms, signal)
    },
  }
  const lines: string[] = []
  const note = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const streaming = { enabled: true, throttle_seconds: 3, min_growth_chars: 20 }
  const again = (more: Partial<TelegramOptions> = {}) =>
    telegramChannel({
      name: 'telegram',
      settings: { token: fake.token, base_url: fake.url, streaming, ...settings },
      clock,
      log,
      random: () => 1,
      ...options,
      ...more,
    })
  const channel = again()
  if (start !== false) await channel.start(receiver)
  return {
    fake,
    channel,
    clock,
    inbox: receiver,
    lines,
    again,
    async wake(ms) {
      await until(() => sleeps.at(-1) === ms)
      await clock.advance(ms)
    },
    async [Symbol.asyncDispose]() {
      await channel.stop()
      await fake[Symbol.asyncDispose]()
      const told = [...lines, channel.health?.().why ?? ''].join('\n')
      assert.ok(!told.includes('TEST-token'), told)
    },
  }
}
