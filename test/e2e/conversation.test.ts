import assert from 'node:assert/strict'
import { test } from 'node:test'
import { build } from '../../src/app/build.ts'
import { environment } from '../../src/config/environment.ts'
import { saying, vendorServer } from '../fakes/vendor-server.ts'
import { emptyHome, writeConfig } from './program.ts'

/** A conversation in this process, with a home of its own. */
async function conversation(home: string, watch = false) {
  const out: string[] = []
  const err: string[] = []
  const app = await build({
    environment: environment({ HOME: home, PICOCLAW_HOME: home }),
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    interactive: false,
    json: false,
    debug: false,
    watch,
  })
  return {
    app,
    err,
    async ask(text: string): Promise<string> {
      out.length = 0
      await app.ask(text)
      return out.join('').trim()
    },
  }
}

const row = (url: string, name = 'm') => ({
  model_name: name,
  model: `openai/${name}`,
  api_base: `${url}/v1`,
  api_key: `sk-key-of-${name}-at-${url.slice(-5)}`,
})

test('two rows with one name take turns, request by request, in one process: A, B, A, B', async () => {
  const [a, b] = [await saying('A'), await saying('B')]
  const home = emptyHome()
  writeConfig(home, { model_list: [row(a.url), row(b.url)] })
  const { app, ask } = await conversation(home)
  const heard: string[] = []
  for (const question of ['1', '2', '3', '4']) heard.push(await ask(question))
  await app.close()
  await Promise.all([a.close(), b.close()])
  assert.deepEqual(heard, ['A', 'B', 'A', 'B'])
})

test('questions of one conversation wait for each other, and each answer knows what was said', async () => {
  const vendor = await vendorServer(({ body }) => `${(body['messages'] as readonly object[]).length} messages`)
  const home = emptyHome()
  writeConfig(home, { model_list: [row(vendor.url)] })
  const { app } = await conversation(home)
  await Promise.all(['one', 'two', 'three'].map((text) => app.ask(text)))
  await app.close()
  await vendor.close()
  assert.deepEqual(
    vendor.seen.map(({ body }) => (body['messages'] as readonly object[]).length),
    [2, 4, 6],
  )
})

test('a changed configuration is taken over; a broken one is told and the last good one stays', async () => {
  const [a, b] = [await saying('first'), await saying('second')]
  const home = emptyHome()
  writeConfig(home, { model_list: [row(a.url, 'one')] })
  const { app, ask, err } = await conversation(home, true)
  const until = async (check: () => Promise<boolean> | boolean) => {
    for (let round = 0; round < 200 && !(await check()); round += 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.equal(await ask('x'), 'first')
  writeConfig(home, { model_list: [row(b.url, 'two')] })
  await until(async () => (await ask('x')) === 'second')
  assert.equal(await ask('x'), 'second')
  writeConfig(home, '{ "model_list": [ }')
  await until(() => err.some((line) => line.includes('last good one stays')))
  assert.ok(
    err.some((line) => /last good one stays.*config\.json:1/.test(line)),
    err.join(''),
  )
  assert.equal(await ask('x'), 'second')
  await app.close()
  await Promise.all([a.close(), b.close()])
})

test('stopping ends what runs within a second, and the conversation goes on', async () => {
  let hang = true
  const vendor = await vendorServer(() => (hang ? new Promise<string>(() => undefined) : 'back'))
  const home = emptyHome()
  writeConfig(home, { model_list: [row(vendor.url)] })
  const { app, ask, err } = await conversation(home)
  const times: number[] = []
  for (let round = 1; round <= 3; round += 1) {
    const asked = app.ask('x')
    while (vendor.seen.length < round) await new Promise((resolve) => setTimeout(resolve, 5))
    const start = performance.now()
    app.stop()
    await asked
    times.push(performance.now() - start)
  }
  assert.ok(Math.min(...times) < 1_000)
  assert.equal(err.filter((line) => line.includes('Stopped.')).length, 3)
  hang = false
  assert.equal(await ask('y'), 'back')
  await app.close()
  await vendor.close()
})
