import type { Metric } from '../../gateway/ports.ts'
import type { House } from '../house.ts'
import type { KeptChannel } from './keep-channel.ts'

/** What a gateway counts while it runs. */
export interface Counts {
  readonly startedAt: number
  received: number
  sent: number
  uncertain: number
  dead: number
  /** Epoch milliseconds of the last message that arrived at a platform. */
  sentAt?: number
}

export interface MetricParts {
  readonly house: House
  readonly counts: Counts
  readonly turns: () => number
  readonly channels: () => readonly KeptChannel[]
  readonly version: string
}

const value = (name: string, help: string, type: Metric['type'], amount: number): Metric => ({
  name,
  help,
  type,
  values: [{ value: amount }],
})

/** The figures of a gateway. */
export async function gatewayMetrics({
  house,
  counts,
  turns,
  channels,
  version,
}: MetricParts): Promise<readonly Metric[]> {
  const { store, clock } = house
  await store.ledger.flush()
  const [inbox, outbox, models] = await Promise.all([
    store.inbox.open(),
    store.outbox.open(),
    store.ledger.sums('model', { since: counts.startedAt }),
  ])
  const byModel = (amount: (sum: (typeof models)[number]) => number) =>
    models.map((sum) => ({ labels: { model: sum.group }, value: amount(sum) }))
  return [
    { name: 'info', help: 'The version that runs.', type: 'gauge', values: [{ labels: { version }, value: 1 }] },
    value('uptime_seconds', 'Seconds since the start.', 'gauge', (clock.now() - counts.startedAt) / 1_000),
    value('resident_memory_bytes', 'Resident memory of the process.', 'gauge', process.memoryUsage.rss()),
    value('turns_running', 'Turns that run or wait.', 'gauge', turns()),
    value('inbox_open', 'Messages received and not yet answered.', 'gauge', inbox.length),
    value('outbox_open', 'Messages on their way out.', 'gauge', outbox.length),
    value('messages_received_total', 'Messages taken in since the start.', 'counter', counts.received),
    value('messages_sent_total', 'Messages delivered since the start.', 'counter', counts.sent),
    value('messages_uncertain_total', 'Messages that may not have arrived.', 'counter', counts.uncertain),
    value('messages_dead_total', 'Messages that no platform would take.', 'counter', counts.dead),
    {
      name: 'channel_up',
      help: '1 while a channel is connected.',
      type: 'gauge',
      values: channels().map((channel) => ({
        labels: { channel: channel.name, kind: channel.kind },
        value: channel.health().state === 'up' ? 1 : 0,
      })),
    },
    { name: 'model_calls_total', help: 'Calls to models.', type: 'counter', values: byModel(({ calls }) => calls) },
    {
      name: 'model_failures_total',
      help: 'Calls that failed.',
      type: 'counter',
      values: byModel(({ failed }) => failed),
    },
    {
      name: 'model_tokens_total',
      help: 'Tokens in and out.',
      type: 'counter',
      values: models.flatMap(({ group, input, output, cacheRead, cacheWrite }) => [
        { labels: { model: group, direction: 'in' }, value: input + cacheRead + cacheWrite },
        { labels: { model: group, direction: 'out' }, value: output },
      ]),
    },
    {
      name: 'model_cost_dollars_total',
      help: 'What calls with a known price cost.',
      type: 'counter',
      values: byModel(({ costMicros }) => costMicros / 1_000_000),
    },
  ]
}
