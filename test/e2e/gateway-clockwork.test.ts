import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { picoclaw } from './program.ts'
import { eventually, type Stage, stage } from './gateway/stage.ts'

/** Alice is known as the owner, and where. */
async function acquainted(scene: Stage): Promise<void> {
  scene.telegram.say('hello')
  await scene.shown(/You said: hello|hi/)
}

/** Lets time pass until something is there. */
async function passing<T>(scene: Stage, look: () => T | undefined | false, what: string): Promise<T> {
  return eventually(() => {
    scene.clock.hurry(2_000)
    return look()
  }, what)
}

test('a reminder made by the cron tool in a topic fires once, and its answer arrives there', async () => {
  await using scene = await stage({
    answer({ last, lastRole }) {
      if (lastRole === 'tool') return `Noted: ${last}`
      if (last.includes('remind me'))
        return { calls: [{ name: 'cron', input: { action: 'add', message: 'water the plants', at_seconds: 120 } }] }
      return `Here is your reminder: ${last}`
    },
  })
  const { telegram, model } = scene
  const mention = { entities: [{ type: 'mention', offset: 0, length: 9 }] }
  telegram.say('@test_bot remind me', { ...mention, message_thread_id: 7, is_topic_message: true }, -100500)
  await scene.shown(/Noted: Cron job added/, { chat: -100500, thread: 7 })
  assert.equal(model.seen.length, 2)
  await scene.pass(125_000)
  await scene.shown(/Here is your reminder: .*water the plants/s, { chat: -100500, thread: 7 })
  await scene.pass(600_000)
  telegram.say('hello')
  await scene.shown(/hello/, { chat: 1001 })
  assert.equal(model.seen.length, 4)
  assert.equal(telegram.shown.length, 3)
})

test('a job into a closed chat counts as failed and is not tried again; an owner is told once, elsewhere', async () => {
  await using scene = await stage({
    answer({ last, lastRole }) {
      if (lastRole === 'tool') return `Noted: ${last}`
      if (last.includes('remind me'))
        return { calls: [{ name: 'cron', input: { action: 'add', message: 'water the plants', every_seconds: 60 } }] }
      return `You said: ${last}`
    },
  })
  const { telegram, model } = scene
  await acquainted(scene)
  const team = -100500
  telegram.say('@test_bot remind me', { entities: [{ type: 'mention', offset: 0, length: 9 }] }, team)
  await scene.shown(/Noted: Cron job added/, { chat: team })
  const chat = telegram.state.chats.get(team)
  assert.ok(chat)
  chat.blocked = true
  const asked = model.seen.length
  await passing(scene, () => model.seen.length === asked + 1, 'the job is due')
  const told = /^What the job "water the plants" says does not reach the chat telegram -100500: .*blocked/
  await scene.shown(told, { chat: 1001 })
  const tried = () => telegram.calls.filter(({ values }) => Number(values['chat_id']) === team).length
  const before = tried()
  await passing(scene, () => model.seen.length === asked + 3, 'the job is due again')
  telegram.say('and now?')
  await scene.shown('You said: and now?')
  assert.equal(telegram.shown.filter(({ text }) => told.test(text)).length, 1)
  assert.equal(tried(), before)
  const { stdout } = await picoclaw(['cron', 'list', '--json'], { home: scene.home })
  assert.match(stdout, /"last":"error, .*It could not be delivered: .*blocked/)
  chat.blocked = false
  telegram.say('@test_bot hello', { entities: [{ type: 'mention', offset: 0, length: 9 }] }, team)
  await scene.shown(/You said: .*hello/, { chat: team })
  await passing(scene, () => telegram.shown.at(-1)?.text.includes('water the plants'), 'the job is heard again')
})

test('a job added by the command line while the gateway runs is seen, fires once, also over a restart', async () => {
  await using scene = await stage()
  await acquainted(scene)
  const at = new Date(scene.clock.now() + 5_000).toISOString()
  const added = await picoclaw(['cron', 'add', '-n', 'greet', '-m', 'say good morning', '--at', at, '--json'], {
    home: scene.home,
    env: { TZ: 'UTC' },
  })
  assert.equal(added.code, 0, added.stderr)
  const asked = () => scene.model.seen.filter(({ last }) => last.includes('say good morning')).length
  await passing(scene, () => asked() === 1, 'the job fires')
  await scene.shown(/say good morning/, { chat: 1001 })
  await scene.stop()
  await scene.start()
  await scene.pass(600_000)
  scene.telegram.say('later')
  await scene.shown('You said: later')
  assert.equal(asked(), 1)
})

test('a command job runs in the sandbox, and what it prints is delivered without a model', async () => {
  await using scene = await stage()
  await acquainted(scene)
  const command =
    'echo sum is $((40 + 2)); cat "$HOME/config.json" ../config.json 2>&1 | head -c 200; ls /root 2>&1 | head -3'
  const args = [
    'cron',
    'add',
    '-n',
    'sum',
    '--command',
    command,
    '-e',
    '1h',
    '--channel',
    'telegram',
    '--to',
    '1001',
    '--json',
  ]
  const added = await picoclaw(args, { home: scene.home })
  assert.equal(added.code, 0, added.stderr)
  const { id } = (JSON.parse(added.stdout) as { job: { id: string } }).job
  const due = await picoclaw(['cron', 'run', id], { home: scene.home })
  assert.equal(due.code, 0, due.stderr)
  // The gateway looks for changes of others; more time would count against the command.
  await scene.pass(16_000)
  const shown = await scene.shown(/sum is 42/)
  assert.equal(shown.chat, 1001)
  assert.ok(!shown.text.includes('model_list'), shown.text)
  assert.equal(scene.model.seen.length, 1)
})

test('a command job that fails says so', async () => {
  await using scene = await stage()
  await acquainted(scene)
  const added = await picoclaw(['cron', 'add', '-n', 'bad', '--command', 'echo oops; exit 3', '-e', '1h', '--json'], {
    home: scene.home,
  })
  const { id } = (JSON.parse(added.stdout) as { job: { id: string } }).job
  await picoclaw(['cron', 'run', id], { home: scene.home })
  await scene.pass(16_000)
  await scene.shown(/failed:[^]*oops/)
})

test('the heartbeat asks for what is due and delivers it; an unchanged file costs no call', async () => {
  await using scene = await stage({
    configure(config, home) {
      config['heartbeat'] = { enabled: true, interval: 5 }
      mkdirSync(join(home, 'workspace'), { recursive: true })
    },
    answer: ({ last }) => (last.includes('# Heartbeat') ? 'The kettle boils.' : `You said: ${last}`),
  })
  const { telegram, model, home } = scene
  await acquainted(scene)
  for (let look = 0; look < 20; look += 1) scene.clock.hurry(301_000)
  assert.equal(model.seen.length, 1)
  writeFileSync(join(home, 'workspace', 'HEARTBEAT.md'), '# Tasks\n\n- Look at the kettle\n')
  await passing(scene, () => model.seen.length === 2, 'the heartbeat asks')
  assert.match(model.seen[1]?.last ?? '', /Look at the kettle/)
  await scene.shown('The kettle boils.', { chat: 1001 })
  for (let look = 0; look < 50; look += 1) {
    scene.clock.hurry(60_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  telegram.say('still there?')
  await scene.shown('You said: still there?')
  assert.equal(model.seen.length, 3)
})

test('a heartbeat with nothing to tell says nothing', async () => {
  await using scene = await stage({
    configure(config) {
      config['heartbeat'] = { enabled: true, interval: 5 }
    },
    answer: ({ last }) => (last.includes('# Heartbeat') ? 'HEARTBEAT_OK' : `You said: ${last}`),
  })
  const { telegram, model, home } = scene
  await acquainted(scene)
  writeFileSync(join(home, 'workspace', 'HEARTBEAT.md'), '- Look at the kettle\n')
  await passing(scene, () => model.seen.length === 2, 'the heartbeat asks')
  telegram.say('still there?')
  await scene.shown('You said: still there?')
  assert.deepEqual(
    telegram.shown.map(({ text }) => text),
    ['You said: hello', 'You said: still there?'],
  )
})
