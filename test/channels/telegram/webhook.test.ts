import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { WebhookPlace } from '../../../src/channels/telegram/ports.ts'
import { Problem } from '../../../src/core/problem.ts'
import { until } from '../../fakes/http-server.ts'
import { bot, inbox } from './bot.ts'

/** A gateway that has one handler. */
async function gateway(): Promise<WebhookPlace & AsyncDisposable & { readonly mounted: boolean }> {
  let handle: ((request: Request) => Promise<Response>) | undefined
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)])
    const body = request.method === 'POST' ? { body: Buffer.concat(pieces) } : {}
    const answer = await handle?.(new Request('http://gateway/', { method: request.method ?? '', headers, ...body }))
    response.writeHead(answer?.status ?? 404).end()
  }
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/telegram`,
    get mounted() {
      return handle !== undefined
    },
    mount(given) {
      handle = given
      return {
        [Symbol.dispose]() {
          handle = undefined
        },
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('the service calls the webhook with its secret, and is answered when the message is stored', async () => {
  await using place = await gateway()
  let broken = true
  const receiver = inbox(async () => {
    if (broken) throw new Error('disk full')
  })
  await using it = await bot({ settings: { mode: 'webhook' }, options: { webhook: place }, inbox: receiver })
  await it.fake.called('setWebhook')
  await until(() => it.channel.health?.().state === 'up')
  it.fake.say('hello')
  await until(() => it.lines.some((line) => line.includes('disk full')))
  assert.equal(it.fake.pending.length, 1)
  broken = false
  await it.fake.retryWebhook()
  assert.equal((await receiver.heard(1)).text, 'hello')
  assert.equal(it.fake.pending.length, 0)
  await it.channel.stop()
  assert.equal(place.mounted, false)
})

test('a caller without the secret, or with something else than an update, is turned away', async () => {
  await using place = await gateway()
  await using it = await bot({ settings: { mode: 'webhook' }, options: { webhook: place } })
  await it.fake.called('setWebhook')
  const secret = it.fake.state.webhook?.secret ?? ''
  const post = async (given: string, body: string) => {
    const headers = { 'x-telegram-bot-api-secret-token': given }
    const response = await fetch(place.url, { method: 'POST', headers, body })
    await response.text()
    return response.status
  }
  const update = JSON.stringify({ update_id: 1, message: { text: 'forged' } })
  assert.ok(secret.length > 20)
  assert.equal(await post('', update), 403)
  assert.equal(await post(`${secret}x`, update), 403)
  assert.equal(await post(secret, '{'), 400)
  assert.equal(await post(secret, 'null'), 400)
  assert.deepEqual(it.inbox.messages, [])
})

test('a webhook that the service does not take at once is told again', async () => {
  await using place = await gateway()
  await using it = await bot({ settings: { mode: 'webhook' }, options: { webhook: place }, start: false })
  it.fake.fault('setWebhook', { status: 400, description: 'Bad Request: bad webhook' })
  await it.channel.start(it.inbox)
  await it.wake(1_000)
  await it.fake.called('setWebhook', 2)
  it.fake.say('hello')
  await it.inbox.heard(1)
})

test('a webhook that the service cannot call is down, with what the service says, until it can', async () => {
  await using place = await gateway()
  await using it = await bot({ settings: { mode: 'webhook' }, options: { webhook: place } })
  await it.fake.called('setWebhook')
  const state = () => it.channel.health?.().state
  const trouble = (date: number) => ({
    pending_update_count: 2,
    last_error_date: date / 1_000,
    last_error_message: 'Connection refused',
  })
  it.fake.state.webhookTrouble = trouble(it.clock.now() - 5_000)
  await it.wake(120_000)
  await it.fake.called('getWebhookInfo')
  await it.wake(120_000)
  assert.equal(state(), 'up', 'an error from before is no trouble of today')
  it.fake.state.webhookTrouble = trouble(it.clock.now())
  await it.wake(120_000)
  await until(() => state() === 'down')
  assert.match(it.channel.health?.().why ?? '', /Telegram cannot call the webhook: Connection refused\. .*public_url/)
  it.fake.state.webhookTrouble = {}
  await it.wake(120_000)
  await until(() => state() === 'up')
})

test('a webhook that somebody else has changed is set again', async () => {
  await using place = await gateway()
  await using it = await bot({ settings: { mode: 'webhook' }, options: { webhook: place } })
  await it.fake.called('setWebhook')
  it.fake.state.webhook = undefined
  await it.wake(120_000)
  await it.fake.called('setWebhook', 2)
  it.fake.say('hello')
  await it.inbox.heard(1)
})

test('a token that is refused in webhook mode waits for a person', async () => {
  await using place = await gateway()
  await using it = await bot({ settings: { mode: 'webhook' }, options: { webhook: place } })
  await it.fake.called('setWebhook')
  it.fake.fault('getWebhookInfo', { status: 401, description: 'Unauthorized' })
  await it.wake(120_000)
  await until(() => it.channel.health?.().needs === 'person')
})

test('without a place to be called at, the mode is a problem', async () => {
  await using it = await bot({ settings: { mode: 'webhook' }, start: false })
  await assert.rejects(it.channel.start(it.inbox), Problem)
})
