import type { InboundMessage } from '../../src/core/channel.ts'
import { userText } from '../../src/core/message.ts'
import { silent } from '../../src/core/log.ts'
import { textOf } from '../../src/core/message.ts'
import type { Store } from '../../src/core/store.ts'
import type { CommandServices } from '../../src/dispatch/commands/services.ts'
import type { Deliveries } from '../../src/dispatch/deliver.ts'
import type { Desk, TurnOutcome, TurnQuestion, TurnWatcher, Verdict } from '../../src/dispatch/ports.ts'
import { type Road, road } from '../../src/dispatch/road.ts'
import { fakeChannel, type FakeChannel } from '../fakes/channel.ts'
import { fakeClock, type FakeClock } from '../fakes/clock.ts'
import { memoryStore } from '../fakes/store.ts'

export interface Asked {
  readonly question: TurnQuestion
  readonly watcher: TurnWatcher
  readonly signal: AbortSignal
}

export interface Scene {
  readonly clock: FakeClock
  readonly store: Store
  readonly channel: FakeChannel
  readonly road: Road
  /** Every turn that was asked for. */
  readonly asked: readonly Asked[]
  /** What was said in each turn, messages joined by a bar. */
  readonly questions: readonly string[]
}

interface SceneOptions {
  readonly channel?: FakeChannel
  readonly store?: Store
  readonly clock?: FakeClock
  readonly parallel?: number
  /** The one conversation of everybody. */
  readonly session?: string
  readonly services?: (road: () => Road) => CommandServices
  admit?(text: string, message: InboundMessage): Verdict | Promise<Verdict>
  /** What the words of a message are understood as. */
  hear?(message: InboundMessage, signal: AbortSignal): Promise<string>
  readonly deliveries?: Deliveries
  turn?(asked: Asked): Promise<string | (Partial<TurnOutcome> & { readonly text: string })>
  /** Told of each message whose turn has ended. */
  ended?(message: InboundMessage): void
  checkpoint?(name: string): Promise<void>
}

export const wordsOf = ({ question }: TurnQuestion): string => question.map(textOf).join(' | ')

const outcomeOf = (
  { turn, session, agent }: TurnQuestion,
  { text, ...more }: Partial<TurnOutcome> & { readonly text: string },
): TurnOutcome => ({
  messages: [{ role: 'assistant', parts: [{ type: 'text', text }] }],
  text,
  report: {
    turn,
    session,
    agent,
    attempts: [],
    notes: [],
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    ms: 0,
  },
  ...more,
})

/** A road between a fake platform and a scripted agent, on a store in memory and a clock of its own. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const clock = options.clock ?? fakeClock()
  const store = options.store ?? memoryStore()
  const channel = options.channel ?? fakeChannel()
  const asked: Asked[] = []
  let ids = 0
  const desk: Desk = {
    admit: async (_, message) => {
      const { text } = message
      return (await options.admit?.(text, message)) ?? { pass: true, role: 'owner', text }
    },
    route: async ({ at, from }) => ({
      agent: 'main',
      session: options.session ?? `agent:main:${at.channel}:direct:${from.id}`,
    }),
    async hear(message, _, signal) {
      const { attachments } = message
      const text = (await options.hear?.(message, signal)) ?? message.text
      const files = await Promise.all(attachments.map(async (file) => Buffer.from(await file.bytes()).toString()))
      return { messages: [userText([text, ...files].filter(Boolean).join('\n'))] }
    },
    async turn(question, watcher, signal) {
      const item = { question, watcher, signal }
      asked.push(item)
      const said = (await options.turn?.(item)) ?? `answer to ${wordsOf(question)}`
      return outcomeOf(question, typeof said === 'string' ? { text: said } : said)
    },
    ended: async (message) => options.ended?.(message),
    disarm: async () => [],
    stopOthers: () => [],
    services: options.services?.(() => made) ?? {},
  }
  const made = road(
    desk,
    {
      store,
      clock,
      log: silent,
      newId: () => `${clock.now()}-${(ids += 1)}`,
      owner: `process-${Math.round(clock.now())}`,
      parallelTurns: () => options.parallel ?? 0,
      checkpoint: options.checkpoint ?? (async () => undefined),
    },
    options.deliveries,
  )
  await made.open(channel)
  await channel.start(made.receiver(channel))
  return {
    clock,
    store,
    channel,
    road: made,
    asked,
    get questions() {
      return asked.map(({ question }) => wordsOf(question))
    },
  }
}

/** A promise that ends when a signal does. */
export const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
