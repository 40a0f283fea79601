import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consoleChannel, type ConsoleOptions } from '../../src/channels/console/index.ts'
import type { TurnReport } from '../../src/core/report.ts'

const to = { channel: 'console', chat: 'direct' }
const report: TurnReport = {
  turn: 't1',
  session: 'agent:main:main',
  agent: 'main',
  by: { endpoint: 'openai/gpt', vendor: 'openai', model: 'gpt-x' },
  attempts: [],
  notes: [],
  usage: { input: 10, output: 5, cacheRead: 2, cacheWrite: 0 },
  costMicros: 1_500,
  ms: 1_240,
  stop: 'end',
}

function terminal(options: Partial<ConsoleOptions> = {}) {
  const out: string[] = []
  const err: string[] = []
  const channel = consoleChannel({
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    interactive: false,
    colour: false,
    json: false,
    ...options,
  })
  return { channel, out: () => out.join(''), err: () => err.join('') }
}

test('words appear as they come, and once', async () => {
  const { channel, out, err } = terminal()
  const live = channel.live?.(to)
  live?.push('Hel')
  live?.push('lo')
  assert.equal(out(), 'Hello')
  await live?.finish({ to, text: 'Hello', report })
  assert.equal(out(), 'Hello\n')
  assert.equal(err(), '')
  assert.equal(channel.exitCode, 0)
})

test('an answer that nobody saw coming is written whole', async () => {
  const { channel, out } = terminal()
  await channel.send({ to, text: 'Hello' })
  assert.equal(out(), 'Hello\n')
})

test('a person sees who answered, the tokens, the cost and the time', async () => {
  const { channel, out, err } = terminal({ interactive: true })
  await channel.send({ to, text: 'Hi', report })
  assert.equal(out(), '🦞 Hi\n')
  assert.equal(err(), '— gpt-x · 12 in, 5 out · $0.0015 · 1.2 s\n')
})

test('what failed before the answer is told even to a pipe', async () => {
  const { channel, err } = terminal()
  const attempts = [{ endpoint: 'a/x', kind: 'rate-limit' as const, message: 'slow down', ms: 5, skipped: false }]
  await channel.send({ to, text: 'Hi', report: { ...report, attempts } })
  assert.equal(err(), 'Answered by openai/gpt after a/x (rate-limit).\n')
})

test('an answer that starts again says so', async () => {
  const { channel, out, err } = terminal()
  const live = channel.live?.(to)
  live?.push('Hal')
  live?.restart('The connection broke.')
  live?.push('Hallo')
  await live?.finish({ to, text: 'Hallo' })
  assert.equal(out(), 'HalHallo\n')
  assert.equal(err(), '\n(The connection broke. The answer starts again.)\n')
})

test('no answer is a sentence on stderr and an exit code', async () => {
  const { channel, out, err } = terminal()
  await channel.send({ to, text: 'Nobody listens at 127.0.0.1:1.', trouble: { kind: 'network', exitCode: 1 } })
  assert.equal(out(), '')
  assert.equal(err(), 'Nobody listens at 127.0.0.1:1.\n')
  assert.equal(channel.exitCode, 1)
})

test('a program gets one JSON object an answer', async () => {
  const { channel, out, err } = terminal({ json: true })
  const live = channel.live?.(to)
  live?.push('Hi')
  await live?.finish({ to, text: 'Hi', report })
  await channel.send({ to, text: 'Stopped.', trouble: { kind: 'aborted', exitCode: 130 } })
  const [first = '', second = ''] = out().split('\n')
  assert.deepEqual(JSON.parse(first), { ok: true, text: 'Hi', ...report })
  assert.deepEqual(JSON.parse(second), { ok: false, error: { kind: 'aborted', message: 'Stopped.' } })
  assert.equal(err(), '')
})

test('control characters of a model are shown to a person, not obeyed', async () => {
  const { channel, out } = terminal({ interactive: true })
  const live = channel.live?.(to)
  live?.push('a\u001b')
  live?.push(']0;x\u0007b\n\tc\u202e')
  await live?.finish({ to, text: 'a\u001b]0;x\u0007b\n\tc\u202e' })
  assert.equal(out(), '🦞 a\\u001b]0;x\\u0007b\n\tc\\u202e\n')
})
