import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { silent } from '../../src/core/log.ts'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/store/open.ts'
import { fakeTelegram } from '../fakes/telegram/server.ts'
import { eventually, type Stage, stage } from './gateway/stage.ts'
import { picoclaw } from './program.ts'

async function inStore(scene: Stage, work: (store: Store) => Promise<void>): Promise<void> {
  const store = openStore(join(scene.home, 'picoclaw.db'), { clock: scene.clock, log: silent })
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

test('an owner is told through another channel that one is off, and that it is back', async () => {
  await using other = await fakeTelegram({ token: '777:OTHER-token' })
  await using scene = await stage({
    configure(config) {
      const { telegram } = config.channel_list
      assert.ok(telegram)
      config['owners'] = ['telegram:1001', 'other:1001']
      config.channel_list['other'] = {
        ...telegram,
        settings: { ...telegram.settings, token: other.token, base_url: other.url },
      }
    },
  })
  scene.telegram.say('hello')
  await scene.shown('You said: hello')
  // Heard last on the one that goes deaf.
  other.say('hello there')
  await eventually(() => other.shown.length === 1, 'the other answers')
  other.fault('getUpdates', { status: 401, description: 'Unauthorized' })
  other.push({})
  await eventually(() => scene.gateway.report().some((line) => line.startsWith('✗ Channel other')), 'it is off')
  scene.clock.hurry(10_000)
  await scene.shown(/^The channel other is off: .*BotFather/)
  const config = scene.config()
  Object.assign(config.channel_list['other']?.settings ?? {}, { media_group_delay_ms: 700 })
  scene.write(config)
  await eventually(() => scene.gateway.report().includes('✓ Channel other (telegram)'), 'it is mended')
  scene.clock.hurry(10_000)
  await eventually(() => other.shown.some(({ text }) => text.startsWith('The channel other is up again')), 'it is told')
})

test('safe mode is told, what was set aside is taken up when asked for, and jobs start after ten good minutes', async () => {
  await using scene = await stage({ answer: ({ last }) => `You said: ${last}` })
  const { telegram, clock, home } = scene
  telegram.say('hello')
  await scene.shown('You said: hello')
  await scene.stop()
  await inStore(scene, (store) => store.notes.put('unclean-starts', 3))
  const at = new Date(clock.now() + 1_000).toISOString()
  const added = await picoclaw(['cron', 'add', '-n', 'greet', '-m', 'good morning', '--at', at], {
    home,
    env: { TZ: 'UTC' },
  })
  assert.equal(added.code, 0, added.stderr)
  await inStore(scene, async ({ inbox }) => {
    const message = {
      id: '77',
      from: { id: '1001', name: 'Alice' },
      at: { channel: 'telegram', chat: '1001' },
      kind: 'direct',
      text: 'do it',
      attachments: [],
      addressed: true,
    }
    await inbox.add({
      id: 'waiting-since-the-crash',
      channel: 'telegram',
      platformId: '1001/77',
      session: 'agent:main:main',
      at: clock.now(),
      payload: JSON.stringify({ message, agent: 'main', role: 'owner' }),
    })
  })

  await scene.start()
  await scene.shown(/I am in safe mode, because I ended uncleanly three times/)
  const listed = await picoclaw(['gateway', 'aside'], { home })
  assert.match(listed.stdout, /waiting-since-the-crash .*Alice .*do it .*safe mode/)
  const retried = await picoclaw(['gateway', 'aside', 'retry', 'waiting'], { home })
  assert.match(retried.stdout, /has taken it up again/, retried.stderr)
  await scene.shown('You said: do it')
  assert.equal((await picoclaw(['gateway', 'aside'], { home })).stdout, 'Nothing is set aside.\n')

  const greeted = () => scene.model.seen.some(({ last }) => last.includes('good morning'))
  clock.hurry(9 * 60_000)
  telegram.say('still careful?')
  await scene.shown('You said: still careful?')
  assert.equal(greeted(), false)
  clock.hurry(60_000)
  await scene.shown(/safe mode is over/)
  await eventually(() => {
    clock.hurry(2_000)
    return greeted()
  }, 'the job runs')
  assert.ok(!scene.gateway.report().join().includes('Safe mode'))
})

test('what was set aside is retried at the next start where no gateway runs, or forgotten', async () => {
  await using scene = await stage({ start: false })
  const { home } = scene
  await inStore(scene, async ({ inbox }) => {
    for (const id of ['one', 'two'])
      await inbox.add({ id, channel: 'telegram', platformId: id, session: 's', at: 1, payload: '{}' })
    await inbox.setAside(['one', 'two'], 'a test')
  })
  const again = await picoclaw(['gateway', 'aside', 'retry', 'one'], { home })
  assert.match(again.stdout, /at its next start/)
  assert.equal((await picoclaw(['gateway', 'aside', 'drop', 'two'], { home })).code, 0)
  const gone = await picoclaw(['gateway', 'aside', 'drop', 'two'], { home })
  assert.equal(gone.code, 1)
  assert.match(gone.stderr, /No message two is set aside/)
  assert.equal((await picoclaw(['gateway', 'aside', 'forget'], { home })).code, 2)
  await inStore(scene, async ({ inbox }) => {
    assert.deepEqual(
      (await inbox.open()).map(({ id }) => id),
      ['one'],
    )
  })
})

test('a webhook listener that cannot listen stands in the report and makes the gateway not ready', async () => {
  const occupied = createServer()
  await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve))
  const { port } = occupied.address() as AddressInfo
  try {
    await using scene = await stage({
      configure(config) {
        const { telegram } = config.channel_list
        assert.ok(telegram)
        telegram.settings['mode'] = 'webhook'
        config['gateway'] = { port: 0, webhook_port: port, public_url: `http://127.0.0.1:${port}` }
      },
    })
    const report = await eventually(() => {
      const text = scene.gateway.report().join('\n')
      return text.includes('Webhooks') && text
    }, 'it is in the report')
    assert.match(report, /✗ Webhooks: Another program listens on .* set another gateway\.webhook_port/)
    const ready = await fetch(`${scene.gateway.url}/ready`)
    assert.equal(ready.status, 503)
    const { checks } = (await ready.json()) as { checks: Record<string, { ok: boolean }> }
    assert.equal(checks['webhooks']?.ok, false)
  } finally {
    await new Promise((resolve) => occupied.close(resolve))
  }
})

test('a gateway that can store nothing when it is told to end closes its channels all the same', async () => {
  await using scene = await stage()
  scene.telegram.say('hello')
  await scene.shown('You said: hello')
  const other = new DatabaseSync(join(scene.home, 'picoclaw.db'))
  other.exec('BEGIN IMMEDIATE')
  const ended = scene.stop()
  ended.catch(() => undefined)
  await eventually(() => scene.log.some((line) => line.includes('Not ended in order')), 'it is told')
  other.exec('ROLLBACK')
  other.close()
  await ended
  // Nobody polls any more, and what could not be let go of runs out.
  scene.telegram.say('are you there?')
  scene.clock.hurry(120_000)
  await scene.start()
  await scene.shown('You said: are you there?')
  assert.equal(scene.telegram.overlaps, 0)
})
