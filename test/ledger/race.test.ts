import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { silent } from '../../src/core/log.ts'
import { userText } from '../../src/core/message.ts'
import type { BudgetStore } from '../../src/core/store.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import { purse } from '../../src/ledger/purse.ts'
import { fleet } from '../../src/providers/fleet.ts'
import openaiChat from '../../src/providers/openai-chat/index.ts'
import { fakeEntry } from '../fakes/endpoint.ts'
import { ask, fakeCall } from '../fakes/provider.ts'
import { memoryStore } from '../fakes/store.ts'
import { memoryBudget, memoryNotes } from './money-store.ts'

const price = { input: 2, output: 10 }

interface Vendor extends AsyncDisposable {
  readonly url: string
  /** Micro-dollars by the vendor's own count. */
  readonly meter: number
  readonly answers: number
}

/** A vendor that uses every token it is allowed and counts its own money. It answers when `ready` says so. */
async function meteredVendor(word: string, arrived: () => void, ready: Promise<void>): Promise<Vendor> {
  let [meter, answers] = [0, 0]
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const { max_tokens: output = 100_000 } = JSON.parse(body.toString()) as { max_tokens?: number }
      const input = Math.ceil(body.length / 3)
      arrived()
      await ready
      meter += input * price.input + output * price.output
      answers += 1
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          model: 'm',
          choices: [{ index: 0, message: { role: 'assistant', content: word }, finish_reason: 'stop' }],
          usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
        }),
      )
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get meter() {
      return meter
    },
    get answers() {
      return answers
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function race(turns: number, budget: BudgetStore, day: number) {
  const all = Promise.withResolvers<void>()
  let waiting = 0
  // Nobody is answered before every turn stands before a vendor: no reservation is settled until all have asked.
  const arrived = () => {
    waiting += 1
    if (waiting === turns) all.resolve()
  }
  await using paid = await meteredVendor('paid', arrived, all.promise)
  await using free = await meteredVendor('free', arrived, all.promise)
  const store = memoryStore()
  const give = purse({
    settings: () => ({ budget: { day } }),
    budget,
    notes: memoryNotes(),
    clock: systemClock,
    log: silent,
    zone: zoneOf('UTC'),
    newId: () => crypto.randomUUID(),
  })
  const chain = fleet({
    clock: systemClock,
    log: silent,
    ...store,
    keyTag: () => 'k',
    protocol: async () => openaiChat,
    fetchFor: () => fetch,
    blob: async () => new Uint8Array(),
    redact: (text) => text,
    credential: async () => '',
    purse: give,
  }).chain([
    { name: 'main', entries: [fakeEntry({ vendor: 'openai', model: 'gpt', apiBase: paid.url, price })] },
    { name: 'spare', entries: [fakeEntry({ vendor: 'ollama', model: 'llama', apiBase: free.url, keys: [] })] },
  ])
  const request = () => ({ messages: [userText('hello')], maxTokens: 1_000 })
  const words = await Promise.all(
    Array.from({ length: turns }, () => ask(chain, fakeCall({ request, stream: false, cause: 'chat' }))),
  )
  return { words, meter: paid.meter, paid: paid.answers, free: free.answers }
}

test('fifty turns at once with ten cents left never pass the cap, and the free model answers the others', async () => {
  const { words, meter, paid, free } = await race(50, memoryBudget(), 0.1)
  assert.ok(meter <= 100_000, `the vendor counted ${meter} micro-dollars`)
  // Not by refusing all: nearly everything that fits is spent.
  assert.ok(meter > 90_000, `only ${meter}`)
  assert.ok(paid >= 9, String(paid))
  assert.deepEqual(
    words.filter((word) => word !== 'paid' && word !== 'free'),
    [],
  )
  assert.equal(paid + free, 50)
})

test('at the cap the free model answers and the paid one is not asked', async () => {
  const { words, meter } = await race(1, memoryBudget(), 0)
  assert.deepEqual([words, meter], [['free'], 0])
})
