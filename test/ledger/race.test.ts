import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { silent } from '../../src/core/log.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { openStore } from '../../src/store/open.ts'
import { memoryStore } from '../fakes/store.ts'
import { price, turnsAtOnce } from './turns-at-once.ts'

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

interface Race {
  readonly words: readonly unknown[]
  readonly meter: number
}

/** Runs `turns` turns against a paid and a free vendor. */
async function race(
  turns: number,
  run: (urls: { readonly paid: string; readonly free: string }) => Promise<readonly unknown[]>,
): Promise<Race> {
  const all = Promise.withResolvers<void>()
  let waiting = 0
  // Nobody is answered before every turn stands before a vendor: no reservation is settled until all have asked.
  const arrived = () => {
    waiting += 1
    if (waiting === turns) all.resolve()
  }
  await using paid = await meteredVendor('paid', arrived, all.promise)
  await using free = await meteredVendor('free', arrived, all.promise)
  const words = await run({ paid: paid.url, free: free.url })
  assert.equal(paid.answers + free.answers, turns)
  return { words, meter: paid.meter }
}

function checkTenCents({ words, meter }: Race): void {
  assert.ok(meter <= 100_000, `the vendor counted ${meter} micro-dollars`)
  // Not by refusing all: nearly everything that fits is spent.
  assert.ok(meter > 90_000, `only ${meter}`)
  assert.ok(words.filter((word) => word === 'paid').length >= 9)
  assert.equal(words.filter((word) => word === 'paid' || word === 'free').length, 50)
}

async function withFile<T>(work: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'picoclaw-race-'))
  try {
    return await work(join(folder, 'picoclaw.db'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('fifty turns at once with ten cents left never pass the cap, and the free model answers the others', async () => {
  checkTenCents(await race(50, (urls) => turnsAtOnce(memoryStore(), 0.1, urls, 50)))
})

test('so on the disk, and what was booked is what the vendor counted', () =>
  withFile(async (file) => {
    const store = openStore(file, { clock: systemClock, log: silent })
    try {
      const result = await race(50, (urls) => turnsAtOnce(store, 0.1, urls, 50))
      checkTenCents(result)
      assert.deepEqual(await store.budget.spent('all', 0, systemClock.now()), { spent: result.meter, reserved: 0 })
      const [sum] = await store.ledger.sums('cause')
      assert.equal(sum?.costMicros, result.meter)
    } finally {
      await store.close()
    }
  }))

test('so between two processes', () =>
  withFile(async (file) => {
    // The file is made before both open it.
    const store = openStore(file, { clock: systemClock, log: silent })
    await store.notes.list('')
    await store.close()
    const run = promisify(execFile)
    checkTenCents(
      await race(50, async ({ paid, free }) => {
        const half = () => run(process.execPath, ['test/ledger/spend-at-once.ts', file, '0.1', paid, free, '25'])
        const both = await Promise.all([half(), half()])
        return both.flatMap(({ stdout }) => JSON.parse(stdout) as unknown[])
      }),
    )
  }))

test('at the cap the free model answers and the paid one is not asked', async () => {
  assert.deepEqual(await race(1, (urls) => turnsAtOnce(memoryStore(), 0, urls, 1)), { words: ['free'], meter: 0 })
})
