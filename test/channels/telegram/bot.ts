import type { Channel, InboundMessage, Receiver } from '../../../src/core/channel.ts'
import type { Log } from '../../../src/core/log.ts'
import { telegramChannel } from '../../../src/channels/telegram/index.ts'
import type { TelegramOptions, TelegramSettings } from '../../../src/channels/telegram/ports.ts'
import { fakeClock, type FakeClock } from '../../fakes/clock.ts'
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
  const clock = fakeClock()
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
    async [Symbol.asyncDispose]() {
      await channel.stop()
      await fake[Symbol.asyncDispose]()
    },
  }
}
