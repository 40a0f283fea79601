import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeTelegram } from '../fakes/telegram/server.ts'
import { picoclaw } from './program.ts'
import { askedUntil, eventually, type Stage, type StageConfig, stage } from './gateway/stage.ts'

const people = Array.from({ length: 50 }, (_, index) => ({
  id: 5_000 + index,
  is_bot: false,
  first_name: `Person ${index}`,
}))

function everybody(config: StageConfig): void {
  const { telegram } = config.channel_list
  assert.ok(telegram)
  telegram.allow_from = ['*']
  // Answers come whole: what is shown is what stays.
  telegram.settings['streaming'] = { enabled: false }
  config['owners'] = ['telegram:1001']
}

/** Everybody writes, and no answer is ready before `release`. */
async function fiftyTurns(scene: Stage): Promise<void> {
  const { telegram, model } = scene
  for (const person of people) {
    telegram.state.chats.set(person.id, { id: person.id, type: 'private', first_name: person.first_name })
    telegram.say(`question ${person.id}`, { from: person }, person.id)
  }
  await eventually(() => model.seen.length === people.length, 'all turns run')
}

async function allAnsweredOnce({ telegram, model }: Stage): Promise<void> {
  const answers = () => telegram.shown.filter(({ chat }) => chat !== 1001)
  await eventually(
    () => answers().length >= people.length,
    () => `all are answered; ${answers().length} are`,
  )
  assert.deepEqual(
    answers()
      .map(({ chat, text }) => `${chat} ${text}`)
      .toSorted(),
    people.map(({ id }) => `${id} You said: question ${id}`),
  )
  assert.equal(model.seen.length, people.length)
}

/** A gateway whose model answers only once it may. */
function gated(configure: (config: StageConfig) => void = everybody) {
  const gate = Promise.withResolvers<void>()
  return {
    release: () => gate.resolve(),
    options: {
      configure,
      async answer({ last }: { readonly last: string }) {
        await gate.promise
        return `You said: ${last}`
      },
    },
  }
}

test('the configuration changes while fifty turns run: all are answered once, and the next goes by the new one', async () => {
  const { release, options } = gated()
  await using scene = await stage(options)
  await fiftyTurns(scene)
  const config = scene.config()
  scene.write({ ...config, model_list: [...config.model_list, { ...config.model_list[0], model_name: 'other' }] })
  await askedUntil(scene, '/list models', (text) => text.includes('other'))
  release()
  await allAnsweredOnce(scene)
})

test('a channel that restarts while fifty turns run answers them all once', async () => {
  const { release, options } = gated()
  await using scene = await stage(options)
  await fiftyTurns(scene)
  const config = scene.config()
  const { telegram } = config.channel_list
  assert.ok(telegram)
  scene.write({
    ...config,
    channel_list: { telegram: { ...telegram, settings: { ...telegram.settings, media_group_delay_ms: 700 } } },
  })
  await scene.telegram.called('getMe', 2)
  release()
  await allAnsweredOnce(scene)
})

test('a broken edit changes nothing and is told to the owner in the chat', async () => {
  await using scene = await stage()
  scene.telegram.say('hello')
  await scene.shown('You said: hello')
  const config = scene.config()
  scene.write(JSON.stringify(config).replace('"model_list":[', '"model_list": [ ,'))
  await scene.shown(/cannot be used, the last good one stays.*config\.json:1:/)
  scene.telegram.say('still there?')
  await scene.shown('You said: still there?')
  scene.write({ ...config, gateway: { port: 'many' } })
  await scene.shown(/gateway\.port/)
  scene.write(config)
})

test('a changed token restarts that channel and no other; who may write is taken over without a restart', async () => {
  await using second = await fakeTelegram({ token: '777:SECOND-token' })
  await using scene = await stage({
    configure(config) {
      const { telegram } = config.channel_list
      assert.ok(telegram)
      config.channel_list['other'] = {
        ...telegram,
        settings: { ...telegram.settings, token: second.token, base_url: second.url },
      }
    },
  })
  const { telegram } = scene
  await telegram.called('getUpdates')
  await second.called('getUpdates')
  const config = scene.config()
  const { other } = config.channel_list
  assert.ok(other)
  other.settings = { ...other.settings, token: '777:WRONG-token' }
  scene.write(config)
  await eventually(
    () => scene.gateway.report().some((line) => /✗ Channel other .*does not accept the token/.test(line)),
    'the wrong token is told',
  )
  telegram.say('hello')
  await scene.shown('You said: hello')
  assert.equal(telegram.calls.filter(({ method }) => method === 'getMe').length, 1)

  other.settings = { ...other.settings, token: second.token }
  scene.write(config)
  await second.called('getMe', 2)
  second.say('hello there')
  await eventually(() => second.shown.some(({ text }) => text === 'You said: hello there'), 'the other is back')

  const bob = { id: 2002, is_bot: false, first_name: 'Bob' }
  telegram.state.chats.set(bob.id, { id: bob.id, type: 'private', first_name: 'Bob' })
  config.channel_list['telegram']?.allow_from.push('2002')
  config['owners'] = ['telegram:1001']
  scene.write(config)
  await eventually(() => {
    const answered = telegram.shown.some(({ chat, text }) => chat === bob.id && text.startsWith('You said'))
    if (!answered) telegram.say('let me in', { from: bob }, bob.id)
    return answered
  }, 'Bob may write')
  assert.equal(telegram.calls.filter(({ method }) => method === 'getMe').length, 1)
})

test('picoclaw gateway reload takes a change over, or tells why not', async () => {
  await using scene = await stage()
  const { home, telegram } = scene
  const good = scene.config()
  scene.write({ ...good, model_list: [...good.model_list, { ...good.model_list[0], model_name: 'other' }] })
  const right = await picoclaw(['gateway', 'reload'], { home })
  assert.equal(right.code, 0, right.stderr)
  telegram.say('/list models')
  await scene.shown(/other/)
  scene.write('{ "model_list": [ }')
  const wrong = await picoclaw(['gateway', 'reload'], { home })
  assert.notEqual(wrong.code, 0)
  assert.match(wrong.stderr, /config\.json:1/)
  await scene.stop()
  const none = await picoclaw(['gateway', 'reload'], { home })
  assert.notEqual(none.code, 0)
})
