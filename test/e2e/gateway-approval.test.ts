import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually, type Stage, stage } from './gateway/stage.ts'

const bob = { id: 2002, is_bot: false, first_name: 'Bob' }

/** Bob, a member, wants a program to run; Alice is the owner. */
async function asked(options: { readonly owner?: boolean } = {}): Promise<Stage & { readonly code: string }> {
  const scene = await stage({
    answer({ last, lastRole }) {
      if (lastRole === 'tool') return `It says: ${last}`
      return last.includes('run')
        ? { calls: [{ name: 'exec', input: { command: 'echo done > mark.txt; echo fine' } }] }
        : `You said: ${last}`
    },
    configure(config) {
      const { telegram } = config.channel_list
      assert.ok(telegram)
      telegram.allow_from = ['1001', '2002']
      config['owners'] = ['telegram:1001']
    },
  })
  const { telegram } = scene
  telegram.state.chats.set(bob.id, { id: bob.id, type: 'private', first_name: 'Bob' })
  if (options.owner !== false) {
    telegram.say('hello')
    await scene.shown('You said: hello')
  }
  telegram.say('please run it', { from: bob }, bob.id)
  if (options.owner === false) return Object.assign(scene, { code: '' })
  const { text } = await scene.shown(/May I use exec\?/, { chat: 1001 })
  assert.match(text, /A member, not an owner, wants to run a program\.[^]*echo done > mark\.txt/)
  assert.ok(!hasRun(scene))
  return Object.assign(scene, { code: /\/approve (\w+)/.exec(text)?.[1] ?? '' })
}

const hasRun = ({ home }: Pick<Stage, 'home'>): boolean => existsSync(join(home, 'workspace', 'mark.txt'))

test('a risky call asks the owner; /approve lets it run once', async () => {
  await using scene = await asked()
  const { telegram, code } = scene
  telegram.say(`/approve ${code}`, { from: bob }, bob.id)
  await scene.shown('Only an owner may do that.', { chat: bob.id })
  assert.ok(!hasRun(scene))
  telegram.say(`/approve ${code.toLowerCase()}`)
  await scene.shown('exec was allowed once.', { chat: 1001 })
  await scene.shown(/It says:[^]*fine/, { chat: bob.id })
  assert.ok(hasRun(scene))
  telegram.say(`/approve ${code}`)
  await scene.shown(/decided already|Nothing with this code/, { chat: 1001 })
  telegram.say('please run it again', { from: bob }, bob.id)
  await eventually(() => telegram.shown.filter(({ text }) => text.includes('May I use')).length === 2, 'it asks again')
})

test('/deny ends it, and the model is told', async () => {
  await using scene = await asked()
  scene.telegram.say(`/deny ${scene.code}`)
  await scene.shown('exec was denied.', { chat: 1001 })
  await scene.shown(/It says:/, { chat: bob.id })
  assert.ok(!hasRun(scene))
})

test('nobody to ask: it is refused at once', async () => {
  await using scene = await asked({ owner: false })
  await scene.shown(/It says:/, { chat: bob.id })
  assert.ok(!hasRun(scene))
})

test('a request that nobody answers ends after ten minutes', async () => {
  await using scene = await asked()
  scene.clock.hurry(601_000)
  await scene.shown(/It says:/, { chat: bob.id })
  scene.telegram.say(`/approve ${scene.code}`)
  await scene.shown(/its time is over/, { chat: 1001 })
  assert.ok(!hasRun(scene))
})

test('a request outlives a restart, is shown once, and runs once when it is approved', async () => {
  await using scene = await asked()
  const { telegram, code } = scene
  // The turn waits for the owner, so it is parked.
  await scene.stop()
  await scene.start()
  telegram.say(`/approve ${code}`)
  await scene.shown('exec was allowed once.', { chat: 1001 })
  await scene.shown(/It says:[^]*fine/, { chat: bob.id })
  assert.ok(hasRun(scene))
  assert.equal(telegram.shown.filter(({ text }) => text.includes('May I use')).length, 1)
  assert.equal(telegram.shown.filter(({ chat }) => chat === bob.id).length, 1)
})
