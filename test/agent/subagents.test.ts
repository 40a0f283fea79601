import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  subagentLimits,
  subagents,
  type SubagentInfo,
  type SubagentOutcome,
  type SubagentsOptions,
  type SubagentTask,
  type SubagentWork,
} from '../../src/agent/subagents.ts'
import { Failure } from '../../src/core/failure.ts'
import { fakeClock } from '../fakes/clock.ts'

const parent: SubagentTask['parent'] = {
  session: 's',
  turn: 't',
  agent: 'main',
  cause: 'chat',
  origin: { channel: 'c', chat: '1' },
  sender: { id: 'p', name: 'P' },
  role: 'owner',
  tainted: false,
  depth: 0,
}
const task = (words: string, more: Partial<SubagentTask['parent']> = {}): SubagentTask => ({
  agent: 'main',
  task: words,
  parent: { ...parent, ...more },
})
const builtIn = subagentLimits({
  max_depth: 0,
  max_concurrent: 0,
  default_timeout_minutes: 0,
  concurrency_timeout_sec: 0,
})
const never = new AbortController().signal

function open(run: SubagentsOptions['run'], limits = builtIn) {
  const clock = fakeClock()
  let id = 0
  return { clock, all: subagents({ run, clock, limits, newId: () => `a${(id += 1)}` }) }
}
/** Work that ends when it is told. */
function byHand() {
  const works: { readonly work: SubagentWork; done(text: string): void }[] = []
  const run: SubagentsOptions['run'] = (work) =>
    new Promise((resolve) => works.push({ work, done: (text) => resolve({ text, tainted: false }) }))
  return { works, run }
}
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('0 in the configuration is the built-in limit', () => {
  assert.deepEqual(builtIn, { depth: 3, concurrent: 5, timeoutMs: 300_000, waitMs: 30_000 })
  const own = subagentLimits({
    max_depth: 1,
    max_concurrent: 2,
    default_timeout_minutes: 3,
    concurrency_timeout_sec: 4,
  })
  assert.deepEqual(own, { depth: 1, concurrent: 2, timeoutMs: 180_000, waitMs: 4_000 })
})

test('a question is answered by a turn with a session of its own, one deeper', async () => {
  const { all } = open(async ({ session, depth, task: words }) => ({
    text: `${session} ${depth} ${words}`,
    tainted: true,
  }))
  assert.deepEqual(await all.ask(task('count'), never), { text: 'subagent:a1 1 count', isError: false, tainted: true })
  assert.deepEqual(
    all.list('s').map(({ state, label }) => [state, label]),
    [['done', 'count']],
  )
  assert.deepEqual(all.list('other'), [])
})

test('work in the background outlives its turn and is delivered once', async () => {
  const { works, run } = byHand()
  const { all } = open(run)
  const delivered: [SubagentInfo, SubagentOutcome][] = []
  const info = all.spawn(task('count'), async (...result) => void delivered.push(result))
  assert.equal(info.state, 'waiting')
  await settle()
  assert.equal(all.list()[0]?.state, 'running')
  works[0]?.done('seven')
  await all.idle()
  await settle()
  assert.deepEqual(
    delivered.map(([{ state }, { text }]) => [state, text]),
    [['done', 'seven']],
  )
})

test('work that throws or takes too long is told in words', async () => {
  const broken = open(async () => Promise.reject(new Error('no model')))
  const told = await broken.all.ask(task('x'), never)
  assert.deepEqual([told.isError, told.text], [true, 'The sub-agent came to no result. no model'])
  const { run, works } = byHand()
  const slow = open(run)
  const late = slow.all.ask(task('x'), never)
  await slow.clock.advance(299_999)
  assert.equal(works[0]?.work.signal.aborted, false)
  await slow.clock.advance(1)
  assert.match((await late).text, /longer than 5 min/)
  assert.equal(works[0]?.work.signal.aborted, true)
  assert.equal(slow.all.list()[0]?.state, 'failed')
})

test('the depth is limited, and a task is needed', async () => {
  const { all } = open(async () => ({ text: '', tainted: false }))
  await assert.rejects(all.ask(task('x', { depth: 3 }), never), /the limit is 3/)
  assert.throws(() => all.spawn(task('x', { depth: 3 }), async () => undefined), /the limit is 3/)
  await assert.rejects(all.ask(task('  '), never), /needs a task/)
  assert.deepEqual(all.list(), [])
})

test('the sixth waits for a place, at most 30 seconds; other sessions are not held up', async () => {
  const { works, run } = byHand()
  const { all, clock } = open(run)
  for (let count = 0; count < 5; count += 1) all.spawn(task(`w${count}`), async () => undefined)
  const sixth = all.ask(task('sixth'), never)
  const seventh = all.ask(task('seventh'), never)
  const other = all.ask(task('other', { session: 's2' }), never)
  await settle()
  assert.deepEqual(
    works.map(({ work }) => work.task),
    ['w0', 'w1', 'w2', 'w3', 'w4', 'other'],
  )
  works[0]?.done('')
  await settle()
  assert.equal(works.at(-1)?.work.task, 'sixth')
  await clock.advance(30_000)
  assert.match((await seventh).text, /All 5 places for sub-agents are taken/)
  for (const { done } of works) done('ok')
  assert.equal((await sixth).text, 'ok')
  assert.equal((await other).text, 'ok')
  await all.idle()
})

test('stop ends everything a session asked for and what hangs on it; nothing of it is delivered', async () => {
  const { works, run } = byHand()
  const { all } = open(run)
  let delivered = 0
  const spawned = all.spawn(task('x'), async () => void (delivered += 1))
  const asked = all.ask(task('y'), never)
  await settle()
  const deeper = all.ask(task('z', { session: spawned.session, depth: 1 }), never)
  await settle()
  assert.deepEqual(
    all.stop('s').map(({ label }) => label),
    ['z', 'y', 'x'],
  )
  await assert.rejects(asked, { kind: 'aborted' })
  await assert.rejects(deeper, { kind: 'aborted' })
  await all.idle()
  await settle()
  assert.equal(delivered, 0)
  assert.ok(works.every(({ work }) => work.signal.aborted))
  assert.deepEqual(new Set(all.list().map(({ state }) => state)), new Set(['stopped']))
  assert.deepEqual(all.stop('s'), [])
})

test('whoever works for a conversation is found and stopped, also when those between them have ended', async () => {
  const { works, run } = byHand()
  const { all } = open(run)
  const first = all.spawn(task('first'), async () => undefined)
  await settle()
  const second = all.spawn(task('second', { session: first.session, depth: 1 }), async () => undefined)
  await settle()
  works[0]?.done('handed on')
  await settle()
  const third = all.spawn(task('third', { session: second.session, depth: 2 }), async () => undefined)
  await settle()
  assert.deepEqual(
    [first, second, third].map(({ root }) => root),
    ['s', 's', 's'],
  )
  works[1]?.done('handed on')
  await settle()
  assert.deepEqual(
    all.list('s').map(({ label, state }) => [label, state]),
    [
      ['third', 'running'],
      ['second', 'done'],
      ['first', 'done'],
    ],
  )
  assert.deepEqual(
    all.list(second.session).map(({ label }) => label),
    ['third'],
  )
  assert.deepEqual(all.stop('other'), [])
  assert.deepEqual(
    all.stop('s').map(({ id }) => id),
    [third.id],
  )
  await all.idle()
  const late = all.spawn(task('late', { session: first.session, depth: 1 }), async () => undefined)
  assert.deepEqual(late.worksFor, [first.session, 's'])
  all.stop()
  await all.idle()
})

test('the end of the turn that asks ends the question', async () => {
  const { run } = byHand()
  const { all } = open(run)
  const abort = new AbortController()
  const asked = all.ask(task('x'), abort.signal)
  await settle()
  abort.abort(new Failure('aborted', 'stop'))
  await assert.rejects(asked, { kind: 'aborted' })
})
