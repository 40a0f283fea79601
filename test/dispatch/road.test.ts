import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../src/core/failure.ts'
import type { InboundMessage } from '../../src/core/channel.ts'
import { type Scene, scene, untilAborted, wordsOf } from './scene.ts'
import { fakeChannel } from '../fakes/channel.ts'
import { fakeClock } from '../fakes/clock.ts'

test('a message is stored before its platform is told, and answered once', async () => {
  const { channel, clock, store } = await scene()
  await channel.hear({ text: 'hello' })
  assert.equal((await store.inbox.open()).length, 1)
  await clock.advance(400)
  assert.deepEqual(channel.texts, ['answer to hello'])
  assert.deepEqual(await store.inbox.open(), [])
  assert.deepEqual(await store.outbox.open(), [])
  const [turn] = await store.turns.list({})
  assert.equal(turn?.state, 'done')
})

test('a second arrival of the same message is dropped, also after it was answered', async () => {
  const view = await scene()
  const { channel, clock } = view
  await channel.hear({ id: '7', text: 'once' })
  await channel.hear({ id: '7', text: 'once' })
  await clock.advance(400)
  await channel.hear({ id: '7', text: 'once' })
  await clock.advance(400)
  assert.deepEqual(view.questions, ['once'])
})

test('the same id in another chat is another message', async () => {
  const view = await scene()
  await view.channel.hear({ id: '7', text: 'here' })
  await view.channel.hear({
    id: '7',
    text: 'there',
    at: { channel: 'fake', chat: 'c2' },
    from: { id: 'p2', name: 'Ben' },
  })
  await view.clock.advance(400)
  assert.deepEqual([...view.questions].sort(), ['here', 'there'])
})

test('a paste in five parts is one question', async () => {
  const view = await scene()
  for (const text of ['one', 'two', 'three', 'four', 'five']) {
    await view.channel.hear({ text })
    await view.clock.advance(200)
  }
  await view.clock.advance(400)
  assert.deepEqual(view.questions, ['one\ntwo\nthree\nfour\nfive'])
  assert.equal((await view.store.inbox.open()).length, 0)
})

test('an album is one question with all its pictures', async () => {
  const view = await scene()
  for (const ref of ['a', 'b', 'c']) {
    await view.channel.hear({
      text: ref === 'a' ? 'look' : '',
      album: 'x',
      attachments: [{ kind: 'image', mime: 'image/png', name: ref, ref, bytes: async () => Buffer.from(ref) }],
    })
    await view.clock.advance(500)
  }
  await view.clock.advance(1_100)
  assert.equal(view.asked.length, 1)
  assert.match(view.questions[0] ?? '', /^look\n/)
})

test('two people talk side by side; one person in order', async () => {
  const gates = new Map<string, () => void>()
  const view = await scene({
    turn: ({ question }) =>
      new Promise((resolve) => gates.set(wordsOf(question), () => resolve(`done ${wordsOf(question)}`))),
  })
  const ben = { from: { id: 'p2', name: 'Ben' }, at: { channel: 'fake', chat: 'c2' } }
  await view.channel.hear({ text: 'a1' })
  await view.channel.hear({ text: 'b1', ...ben })
  await view.clock.advance(400)
  assert.deepEqual([...gates.keys()].sort(), ['a1', 'b1'])
  gates.get('b1')?.()
  await view.clock.advance(10)
  assert.deepEqual(view.channel.texts, ['done b1'])
  gates.get('a1')?.()
  await view.clock.advance(10)
  assert.deepEqual(view.channel.texts, ['done b1', 'done a1'])
})

test('at most so many turns run at a time', async () => {
  let now = 0
  let most = 0
  const clock = fakeClock()
  const view = await scene({
    clock,
    parallel: 2,
    async turn() {
      most = Math.max(most, (now += 1))
      await clock.sleep(10)
      now -= 1
      return 'ok'
    },
  })
  for (let person = 0; person < 6; person += 1)
    await view.channel.hear({
      text: 'x',
      from: { id: `p${person}`, name: 'P' },
      at: { channel: 'fake', chat: `c${person}` },
    })
  await view.clock.advance(400)
  assert.equal(view.asked.length, 6)
  assert.equal(most, 2)
})

test('what its person says during a turn joins the turn', async () => {
  let go: () => void = () => undefined
  const view = await scene({
    async turn({ question }) {
      await new Promise<void>((resolve) => (go = resolve))
      const more = question.steering()
      await question.append(more)
      return `heard ${more.length} more`
    },
  })
  await view.channel.hear({ text: 'begin' })
  await view.clock.advance(400)
  await view.channel.hear({ text: 'and this' })
  await view.clock.advance(400)
  go()
  await view.clock.advance(10)
  assert.deepEqual(view.channel.texts, ['heard 1 more'])
  assert.deepEqual(await view.store.inbox.open(), [])
  const log = await view.store.sessions.read('agent:main:fake:direct:p1')
  assert.deepEqual(
    log.map(({ message }) => message.role),
    ['user', 'user', 'assistant'],
  )
})

test('what a turn did not take in gets a turn of its own', async () => {
  let go: () => void = () => undefined
  const view = await scene({
    async turn({ question }) {
      if (wordsOf(question) === 'begin') await new Promise<void>((resolve) => (go = resolve))
      return `answer to ${wordsOf(question)}`
    },
  })
  await view.channel.hear({ text: 'begin' })
  await view.clock.advance(400)
  await view.channel.hear({ text: 'later' })
  await view.clock.advance(400)
  go()
  await view.clock.advance(10)
  assert.deepEqual(view.channel.texts, ['answer to begin', 'answer to later'])
})

test('a turn that fails is told in one sentence and leaves nothing waiting', async () => {
  const view = await scene({
    turn: async () => {
      throw new Failure('auth', 'The key of openai is not accepted.')
    },
  })
  await view.channel.hear({ text: 'hello' })
  await view.clock.advance(400)
  assert.deepEqual(view.channel.texts, ['The key of openai is not accepted.'])
  assert.deepEqual(await view.store.inbox.open(), [])
  assert.equal((await view.store.turns.list({}))[0]?.state, 'failed')
})

test('/stop ends the turn and what waits behind it, and says what it was', async () => {
  const view = await scene({
    turn: ({ signal }) => untilAborted(signal),
    services: (road) => ({ stop: (session) => road().stop(session) }),
  })
  await view.channel.hear({ text: 'a long job' })
  await view.clock.advance(400)
  await view.channel.hear({ text: '/stop' })
  await view.clock.advance(10)
  assert.deepEqual(view.channel.texts, ['Stopped: “a long job”'])
  assert.deepEqual(await view.store.inbox.open(), [])
  assert.equal((await view.store.turns.list({}))[0]?.state, 'stopped')
  await view.channel.hear({ text: '/stop' })
  await view.clock.advance(10)
  assert.equal(view.channel.texts.at(-1), 'Nothing is running here.')
})

test('a stranger costs nothing: no turn, no typing, no stored message, one hint', async () => {
  const view = await scene({ admit: (text) => ({ pass: false, ...(text === 'hi' && { hint: 'Your code is X.' }) }) })
  await view.channel.hear({ text: 'hi' })
  await view.channel.hear({ text: '/stop' })
  await view.clock.advance(400)
  assert.deepEqual(view.channel.texts, ['Your code is X.'])
  assert.deepEqual(view.channel.typed, [])
  assert.equal(view.asked.length, 0)
  assert.deepEqual(await view.store.inbox.open(), [])
})

test('an edited message that waits is asked as edited, a deleted one not at all', async () => {
  const view = await scene()
  await view.channel.hear({ id: '1', text: 'wrong' })
  await view.channel.receiver.edited?.({ channel: 'fake', chat: 'c1' }, '1', 'right')
  await view.clock.advance(400)
  assert.deepEqual(view.questions, ['right'])
  await view.channel.hear({ id: '2', text: 'never mind' })
  await view.channel.receiver.deleted?.({ channel: 'fake', chat: 'c1' }, '2')
  await view.clock.advance(400)
  assert.deepEqual(view.questions, ['right'])
  assert.deepEqual(await view.store.inbox.open(), [])
})

test('an edit also reaches a message that waits behind a turn of somebody else in the same session', async () => {
  let go: () => void = () => undefined
  const view = await scene({
    async turn({ question }) {
      if (wordsOf(question) === 'first') await new Promise<void>((resolve) => (go = resolve))
      return 'ok'
    },
  })
  await view.channel.hear({ text: 'first' })
  await view.clock.advance(400)
  // Commands are not taken in by a running turn: they wait for their lane.
  await view.channel.hear({ id: '9', text: '/use x wrong' })
  await view.channel.receiver.edited?.({ channel: 'fake', chat: 'c1' }, '9', '/use x right')
  go()
  await view.clock.advance(10)
  assert.equal(view.questions.at(-1), 'right')
})

test('a long answer goes out in pieces, in order', async () => {
  const view = await scene({
    channel: fakeChannel({ maxText: 20 }),
    turn: async () => 'one two three four five six seven',
  })
  await view.channel.hear({ text: 'count' })
  await view.clock.advance(400)
  assert.ok(view.channel.texts.length > 1)
  assert.equal(view.channel.texts.join(' ').replaceAll(/\s+/g, ' '), 'one two three four five six seven')
})

test('a growing answer ends as one message with the final text', async () => {
  const view = await scene({
    channel: fakeChannel({ live: true }),
    async turn({ watcher }) {
      watcher.text('half ')
      watcher.text('whole')
      return 'half whole.'
    },
  })
  await view.channel.hear({ text: 'go' })
  await view.clock.advance(400)
  assert.deepEqual(view.channel.texts, ['half whole.'])
  assert.deepEqual(view.channel.calls, ['send half ', 'edit half whole', 'edit half whole.'])
  assert.deepEqual(await view.store.notes.list('live:'), [], 'what was noted on the way is not kept')
})

test('what was shown of an answer that is stopped is marked so', async () => {
  const view = await scene({
    channel: fakeChannel({ live: true }),
    turn({ watcher, signal }) {
      watcher.text('half')
      return untilAborted(signal)
    },
    services: (road) => ({ stop: (session) => road().stop(session) }),
  })
  await view.channel.hear({ text: 'go' })
  await view.clock.advance(400)
  await view.channel.hear({ text: '/stop' })
  await view.clock.advance(10)
  assert.deepEqual([...view.channel.texts].sort(), ['Stopped: “go”', 'half\n\n(Stopped.)'])
})

test('an unknown command is a question; a command waits for no burst and starts no turn', async () => {
  const view = await scene({ services: () => ({ channels: () => ['fake'] }) })
  await view.channel.hear({ text: '/list channels' })
  await view.clock.advance(1)
  assert.match(view.channel.texts[0] ?? '', /fake/)
  assert.equal(view.asked.length, 0)
  await view.channel.hear({ text: '/etc/hosts, what is it?' })
  await view.clock.advance(400)
  assert.deepEqual(view.questions, ['/etc/hosts, what is it?'])
  assert.deepEqual(await view.store.inbox.open(), [])
})

const job = (view: Scene): InboundMessage => ({
  id: 'job-1',
  from: { id: 'p1', name: 'Ann' },
  at: { channel: view.channel.name, chat: 'c1' },
  kind: 'direct',
  text: '/stop',
  attachments: [],
  addressed: true,
  due: { cause: 'cron', name: 'j', role: 'member' },
})

test('a due job is no command, shows no typing, and answers its chat', async () => {
  const view = await scene()
  await view.road.arrived(view.channel, job(view))
  await view.clock.advance(10)
  assert.deepEqual(view.questions, ['/stop'])
  assert.equal(view.asked[0]?.question.role, 'member')
  assert.deepEqual(view.channel.typed, [])
  assert.deepEqual(view.channel.texts, ['answer to /stop'])
})

test('a due job joins no other that runs: each has an answer and an end of its own', async () => {
  const ended: string[] = []
  const runs = Promise.withResolvers<string>()
  const view = await scene({
    async turn({ question }) {
      if (question.message.id !== 'job-1') return 'second'
      const answer = await runs.promise
      // A turn takes in what has joined it.
      await question.append(question.steering())
      return answer
    },
    ended: ({ id }) => void ended.push(id),
  })
  const due = { ...job(view), text: 'first' }
  await view.road.arrived(view.channel, due)
  await view.clock.advance(10)
  await view.road.arrived(view.channel, { ...due, id: 'job-2', text: 'second' })
  await view.clock.advance(10)
  runs.resolve('first')
  await view.clock.advance(2_000)
  assert.deepEqual(view.questions, ['first', 'second'])
  assert.deepEqual(ended, ['job-1', 'job-2'])
})

test('a platform cannot pass a message off as the house’s own: neither its rights nor its conversation count', async () => {
  const view = await scene({ admit: (text) => ({ pass: true, role: 'member', text }) })
  const due = { cause: 'cron', name: 'j', role: 'owner', session: 'agent:main:main' } as const
  await view.channel.hear({ text: 'let me in', due })
  await view.clock.advance(400)
  const [asked] = view.asked
  assert.equal(asked?.question.role, 'member')
  assert.equal(asked?.question.cause, 'chat')
  assert.equal(asked?.question.session, 'agent:main:fake:direct:p1')
  assert.equal(asked?.question.message.due, undefined)
})

test('words that are passed on give no command, and stay apart from what the sender says beside them', async () => {
  const view = await scene()
  await view.channel.hear({ text: 'Look:' })
  await view.channel.hear({ text: '/stop', forwardedFrom: 'Eve' })
  await view.clock.advance(400)
  await view.clock.advance(400)
  assert.deepEqual(view.questions, ['Look:', '/stop'])
})
