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
  readonly deliveries?: Deliveries
  admit?(text: string): Verdict
  turn?(asked: Asked): Promise<string | (Partial<TurnOutcome> & { readonly text: string })>
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
    admit: async (_, { text }) => options.admit?.(text) ?? { pass: true, role: 'owner', text },
    route: ({ at, from }) => ({
      agent: 'main',
      session: options.session ?? `agent:main:${at.channel}:direct:${from.id}`,
    }),
    async hear({ text, attachments }) {
      const files = await Promise.all(attachments.map(async (file) => Buffer.from(await file.bytes()).toString()))
      return { messages: [userText([text, ...files].filter(Boolean).join('\n'))] }
    },
    async turn(question, watcher, signal) {
      const item = { question, watcher, signal }
      asked.push(item)
      const said = (await options.turn?.(item)) ?? `answer to ${wordsOf(question)}`
      return outcomeOf(question, typeof said === 'string' ? { text: said } : said)
    },
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
