import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, stage } from './gateway/stage.ts'

const team = -100500
const toTeam = (text: string) => ({
  text: `@test_bot ${text}`,
  entities: [{ type: 'mention', offset: 0, length: 9 }],
})
/** Answers come whole, so that each is one send. */
const whole = { configure: (config: { channel_list: object }) => still(config) }
function still(config: { channel_list: object }): void {
  const list = config.channel_list as Record<string, { settings: Record<string, unknown> }>
  for (const { settings } of Object.values(list)) settings['streaming'] = { enabled: false }
}

test('another poller of the same bot: it is told, nothing is lost, and it is over when the other ends', async () => {
  await using scene = await stage()
  const { telegram, clock } = scene
  const poll = () =>
    fetch(`${telegram.url}/bot${telegram.token}/getUpdates`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ timeout: 0, limit: 1 }),
    })
  await telegram.called('getUpdates')
  await poll()
  await eventually(
    () => scene.gateway.report().some((line) => /Another program reads the messages/.test(line)),
    'the conflict is told',
  )
  telegram.say('still there?')
  clock.hurry(30_000)
  await scene.shown('You said: still there?')
  await eventually(() => scene.gateway.report().some((line) => line.startsWith('✓ Channel telegram')), 'it is up again')
})

test('429 is waited out for as long as it says, and the answer comes once', async () => {
  await using scene = await stage(whole)
  const { telegram, clock } = scene
  telegram.fault('sendMessage', {
    status: 429,
    description: 'Too Many Requests: retry after 40',
    parameters: { retry_after: 40 },
  })
  telegram.say('hello')
  await eventually(() => scene.log.some((line) => line.includes('waits')), 'the wait is in the log')
  clock.hurry(38_000)
  telegram.say('and now?')
  await eventually(() => scene.model.seen.length === 2, 'the next one is answered meanwhile')
  assert.equal(telegram.calls.filter(({ method }) => method === 'sendMessage').length, 1)
  clock.hurry(2_500)
  await scene.shown('You said: and now?')
  assert.deepEqual(
    telegram.shown.map(({ text }) => text),
    ['You said: hello', 'You said: and now?'],
  )
  assert.equal(telegram.calls.filter(({ method }) => method === 'sendMessage').length, 3)
})

test('a refused format is sent as plain text', async () => {
  await using scene = await stage({ ...whole, answer: () => 'This is **bold**' })
  const { telegram } = scene
  telegram.fault('sendMessage', { status: 400, description: "Bad Request: can't parse entities: unexpected end tag" })
  telegram.say('hello')
  const shown = await scene.shown('This is bold')
  assert.deepEqual(shown.entities, [])
})

test('who blocked the bot costs nothing but their own answer', async () => {
  await using scene = await stage({
    ...whole,
    configure(config) {
      still(config)
      config.channel_list['telegram']!.allow_from = ['*']
    },
  })
  const { telegram } = scene
  telegram.state.chats.set(2002, { id: 2002, type: 'private', first_name: 'Bob', blocked: true })
  telegram.say('hello from Bob', { from: { id: 2002, is_bot: false, first_name: 'Bob' } }, 2002)
  await telegram.called('sendMessage')
  telegram.say('hello')
  await scene.shown('You said: hello')
  await eventually(() => scene.log.some((line) => line.includes('cannot be delivered')), 'it is in the log')
  assert.ok(scene.log.every((line) => !line.includes('hello from Bob')))
})

test('a group that became a supergroup is followed', async () => {
  await using scene = await stage(whole)
  const { telegram } = scene
  telegram.state.chats.set(-77, { id: -77, type: 'group', title: 'Old team', movedTo: team })
  telegram.say('', toTeam('hello'), -77)
  const answer = await scene.shown(/hello/, { chat: team })
  assert.equal(answer.chat, team)
})

test('an answer whose sending nobody confirmed is not sent twice; it is said, and /again sends it', async () => {
  await using scene = await stage(whole)
  const { telegram } = scene
  telegram.fault('sendMessage', { cut: 'after' })
  telegram.say('hello')
  await scene.shown(/may not have arrived. \/again/)
  assert.equal(telegram.shown.filter(({ text }) => text === 'You said: hello').length, 1)
  telegram.say('/again')
  await scene.shown('Sent once more: 1.')
  await eventually(() => telegram.shown.filter(({ text }) => text === 'You said: hello').length === 2, 'it came again')
  telegram.say('/again')
  await scene.shown(/Everything has arrived/)
})

test('a poll that nobody answers is given up, and what was written meanwhile is read', async () => {
  await using scene = await stage()
  const { telegram, clock } = scene
  await telegram.called('getUpdates')
  telegram.fault('getUpdates', { silent: true })
  telegram.say('one')
  await scene.shown('You said: one')
  await telegram.called('getUpdates', 2)
  telegram.say('two')
  clock.hurry(41_000)
  await telegram.called('getUpdates', 2)
  clock.hurry(31_000)
  await scene.shown('You said: two')
})

test('a model that fails is told in one sentence, and the next message is answered', async () => {
  let fails = true
  await using scene = await stage({ answer: () => (fails ? { status: 401 } : 'back again') })
  const { telegram } = scene
  telegram.say('hello')
  await scene.shown(/key|401/i)
  fails = false
  scene.clock.hurry(6 * 3_600_000)
  telegram.say('and now?')
  await scene.shown('back again')
})
