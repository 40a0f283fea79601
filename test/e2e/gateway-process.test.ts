import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gatewayProcess } from './gateway/process.ts'
import { eventually, hanging, stage, type StageOptions } from './gateway/stage.ts'
import { picoclaw } from './program.ts'

/** A home with its fakes; the gateway is started as a process. */
const scene = (options: Parameters<typeof stage>[0] = {}) => stage({ ...options, start: false })
const freePort = async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('it tells what is up, answers /health, /ready and /metrics, and its status', async () => {
  await using house = await scene()
  await using gateway = gatewayProcess(house.home)
  await gateway.up
  assert.match(gateway.output, /✓ Model m\n✓ Channel telegram \(telegram\)\n✓ HTTP on http:\/\/127\.0\.0\.1:\d+/)
  house.telegram.say('hello')
  await house.shown('You said: hello')

  const health = await fetch(`${gateway.url()}/health`)
  assert.equal(health.status, 200)
  assert.equal(((await health.json()) as { pid: number }).pid, gateway.pid)
  const ready = await fetch(`${gateway.url()}/ready`)
  assert.equal(ready.status, 200)
  const { checks } = (await ready.json()) as { checks: Record<string, { ok: boolean; heardAt?: number }> }
  assert.deepEqual(Object.keys(checks).toSorted(), ['store', 'telegram'])
  assert.ok(checks['telegram']?.heardAt)
  const metrics = await (await fetch(`${gateway.url()}/metrics`)).text()
  assert.match(metrics, /^picoclaw_messages_received_total 1$/m)
  assert.match(metrics, /^picoclaw_messages_sent_total 1$/m)
  assert.match(metrics, /^picoclaw_channel_up\{channel="telegram",kind="telegram"\} 1$/m)
  for (const line of metrics.trim().split('\n'))
    assert.match(line, /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{[^{}]*\})? [\d.e+-]+)$/)

  const status = await picoclaw(['gateway', 'status', '--json'], { home: house.home })
  const told = JSON.parse(status.stdout) as {
    running: boolean
    pid: number
    url: string
    model: { answered: { at: number; model: string } }
    askedAt: number
  }
  assert.deepEqual([told.running, told.pid, told.url], [true, gateway.pid, gateway.url()])
  assert.equal(told.model.answered.model, 'openai/m')
  assert.ok(told.askedAt - told.model.answered.at < 60_000)

  assert.equal(await gateway.kill('SIGTERM'), 0)
  const after = await picoclaw(['gateway', 'status'], { home: house.home })
  assert.equal(after.code, 1)
  assert.match(after.stdout, /No gateway runs/)
})

test('a second gateway on the same home is told where the first one is; a dead one is taken over', async () => {
  await using house = await scene()
  await using first = gatewayProcess(house.home)
  await first.up
  const second = await picoclaw(['gateway', '-p', '0'], { home: house.home })
  assert.notEqual(second.code, 0)
  assert.match(second.stderr, new RegExp(`A gateway of this home runs already \\(process ${first.pid}\\)`))
  house.telegram.say('still you?')
  await house.shown('You said: still you?')
  await first.kill('SIGKILL')
  await using third = gatewayProcess(house.home)
  await third.up
  house.telegram.say('and now?')
  await house.shown('You said: and now?')
  assert.equal(await third.kill('SIGTERM'), 0)
})

test('after three unclean ends it starts in safe mode, and a clean end leads out of it', async () => {
  await using house = await scene({ answer: ({ last }) => (last.endsWith('hang') ? hanging() : `You said: ${last}`) })
  house.telegram.say('please hang')
  for (let start = 1; start <= 3; start += 1) {
    await using gateway = gatewayProcess(house.home)
    await gateway.up
    assert.doesNotMatch(gateway.output, /Safe mode/)
    if (start === 1) await eventually(() => house.model.seen.length === 1, 'the turn runs')
    await gateway.kill('SIGKILL')
  }
  const asked = house.model.seen.length
  await using safe = gatewayProcess(house.home)
  await safe.up
  assert.match(safe.output, /! Safe mode: the last three starts ended uncleanly/)
  house.telegram.say('hello')
  await house.shown(/hello/)
  assert.equal(house.model.seen.length, asked + 1, 'what waited is not gone on with')
  assert.equal(await safe.kill('SIGTERM'), 0)
  await using usual = gatewayProcess(house.home)
  await usual.up
  assert.doesNotMatch(usual.output, /Safe mode/)
  assert.equal(await usual.kill('SIGINT'), 0)
})

test('SIGTERM lets turns finish for eight seconds and parks the rest; they go on in the next process, each once', async () => {
  let stuck = true
  const soon = Promise.withResolvers<void>()
  await using house = await scene({
    async answer({ last }) {
      if (last.includes('soon')) await soon.promise
      if (last.includes('never') && stuck) await hanging()
      return `You said: ${last}`
    },
    configure(config) {
      config.channel_list['telegram']?.allow_from.push('2002')
    },
  })
  const { telegram, model } = house
  const bob = { id: 2002, is_bot: false, first_name: 'Bob' }
  telegram.state.chats.set(bob.id, { id: bob.id, type: 'private', first_name: 'Bob' })
  await using first = gatewayProcess(house.home)
  await first.up
  telegram.say('soon')
  telegram.say('never', { from: bob }, bob.id)
  await eventually(() => model.seen.length === 2, 'both run')
  const start = performance.now()
  const exited = first.kill('SIGTERM')
  await eventually(() => first.output.includes('Ending'), 'it was told')
  soon.resolve()
  await house.shown('You said: soon')
  assert.equal(await exited, 0)
  const took = performance.now() - start
  assert.ok(took < 12_000, `${took} ms`)
  telegram.say('meanwhile')
  stuck = false
  await using second = gatewayProcess(house.home)
  await second.up
  await house.shown('You said: never', { chat: bob.id })
  await house.shown('You said: meanwhile')
  assert.equal(await second.kill('SIGTERM'), 0)
  assert.deepEqual(telegram.shown.map(({ text }) => text).toSorted(), [
    'You said: meanwhile',
    'You said: never',
    'You said: soon',
  ])
})

test('a port that is taken leaves the channels alone; without a key only this machine may ask', async () => {
  await using house = await scene()
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  await using first = gatewayProcess(house.home, ['-p', String(port)])
  await first.up
  assert.match(first.output, new RegExp(`✗ HTTP: Another program listens on 127\\.0\\.0\\.1:${port} already`))
  house.telegram.say('hello')
  await house.shown('You said: hello')
  await first.kill('SIGTERM')
  await new Promise((resolve) => other.close(resolve))
  await using second = gatewayProcess(house.home, ['-p', '0', '--host', '0.0.0.0'])
  await second.up
  assert.match(second.url(), /^http:\/\/127\.0\.0\.1:/)
  assert.match(
    second.output,
    /! HTTP: gateway\.host is 0\.0\.0\.0, but without gateway\.static_token only this machine/,
  )
  await second.kill('SIGTERM')
})

test('a wrong token of one channel is told and leaves the others alone', async () => {
  await using house = await scene({
    configure(config) {
      const { telegram } = config.channel_list
      assert.ok(telegram)
      config.channel_list['wrong'] = { ...telegram, settings: { ...telegram.settings, token: '999:WRONG-token' } }
      config.channel_list['torn'] = { ...telegram, settings: { ...telegram.settings, token: 'torn' } }
    },
  })
  await house.start()
  house.telegram.say('hello')
  await house.shown('You said: hello')
  const report = house.gateway.report().join('\n')
  assert.match(report, /✓ Channel telegram/)
  assert.match(report, /✗ Channel wrong \(telegram\): Telegram does not accept the token of the bot\. Get a new one/)
  assert.match(report, /✗ Channel torn \(telegram\): The token of the Telegram bot is not complete/)
  assert.ok(!house.log.join('').includes('WRONG-token'))
})

test('webhook mode: updates come through the webhook listener, and only with the secret', async () => {
  const port = await freePort()
  await using house = await scene({
    configure(config) {
      const { telegram } = config.channel_list
      assert.ok(telegram)
      telegram.settings['mode'] = 'webhook'
      config['gateway'] = { port: 0, webhook_port: port, public_url: `http://127.0.0.1:${port}` }
    },
  })
  await house.start()
  const { telegram } = house
  await telegram.called('setWebhook')
  const hook = await eventually(() => telegram.state.webhook, 'the webhook is set')
  telegram.say('hello')
  await house.shown('You said: hello')
  assert.equal(telegram.calls.filter(({ method }) => method === 'getUpdates').length, 0)
  const post = (url: string, secret: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
      body: '{"update_id":1}',
    })
  assert.equal((await post(hook.url, 'guessed')).status, 403)
  assert.equal((await post(new URL('/webhook/telegram', hook.url).href, hook.secret)).status, 404)
  assert.ok(!house.log.join('').includes(new URL(hook.url).pathname))
})

test('gateway install --print shows a service that starts this program with this home', async () => {
  await using house = await scene()
  const { code, stdout } = await picoclaw(['gateway', 'install', '--print'], { home: house.home })
  assert.equal(code, 0)
  if (process.platform === 'linux')
    assert.match(stdout, /\[Service\]\nExecStart="\/[^"]*" "\/[^"]*dist\/main\.js" gateway\n/)
  assert.ok(stdout.includes(house.home))
})

test('a send that nobody answers holds the end up no longer than anything else; the next start says what became of it', async () => {
  const still: StageOptions['configure'] = ({ channel_list: { telegram } }) => {
    if (telegram) telegram.settings['streaming'] = { enabled: false }
  }
  await using house = await scene({ configure: still })
  await using first = gatewayProcess(house.home)
  await first.up
  house.telegram.fault('sendMessage', { silent: true })
  house.telegram.say('hello')
  await house.telegram.called('sendMessage')
  const start = performance.now()
  assert.equal(await first.kill('SIGTERM'), 0)
  const took = performance.now() - start
  assert.ok(took < 20_000, `${Math.round(took)} ms`)
  await using second = gatewayProcess(house.home)
  await second.up
  await house.shown(/may not have arrived/)
})
