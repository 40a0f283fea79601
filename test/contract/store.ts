import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Message, userText } from '../../src/core/message.ts'
import type { LedgerRow, Rest, Store } from '../../src/core/store.ts'

const said = (text: string): Message => ({ role: 'assistant', parts: [{ type: 'text', text }], by: 'v/m' })
const row = (call: string, at: number, session?: string): LedgerRow => ({
  call,
  at,
  cause: 'chat',
  endpoint: 'e',
  vendor: 'v',
  modelAsked: 'm',
  keyTag: 'k',
  outcome: 'ok',
  input: 1,
  output: 2,
  cacheRead: 0,
  cacheWrite: 0,
  totalMs: 5,
  ...(session !== undefined && { session }),
})

/** What every store must do. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  const each = (title: string, check: (store: Store) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      const store = await open()
      try {
        await check(store)
      } finally {
        await store.close()
      }
    })

  each('messages come back as they went in, numbered from 1 without gaps', async ({ sessions }) => {
    await sessions.append('s', 't1', 10, [userText('a "quoted" 🦞'), said('b')])
    await sessions.append('s', 't2', 20, [userText('c')])
    await sessions.append('other', 't3', 15, [userText('x')])
    const log = await sessions.read('s')
    assert.deepEqual(
      log.map(({ seq, at, turn }) => [seq, at, turn]),
      [
        [1, 10, 't1'],
        [2, 10, 't1'],
        [3, 20, 't2'],
      ],
    )
    assert.deepEqual(
      log.map((entry) => entry.message),
      [userText('a "quoted" 🦞'), said('b'), userText('c')],
    )
  })

  each('a part of a log can be read', async ({ sessions }) => {
    await sessions.append('s', 't', 1, ['1', '2', '3', '4'].map(userText))
    const seqs = async (range: Parameters<typeof sessions.read>[1]) =>
      (await sessions.read('s', range)).map(({ seq }) => seq)
    assert.deepEqual(await seqs({ after: 2 }), [3, 4])
    assert.deepEqual(await seqs({ last: 1 }), [4])
    assert.deepEqual(await seqs({ last: 9 }), [1, 2, 3, 4])
    assert.deepEqual(await seqs({ after: 3, last: 3 }), [4])
    assert.deepEqual(await sessions.read('nobody'), [])
  })

  each('sessions are listed newest first, with the first question as title', async ({ sessions }) => {
    await sessions.append('old', 't', 1, [userText('first\n question')])
    await sessions.append('new', 't', 2, [said('no question')])
    await sessions.append('old', 't', 3, [userText('second question')])
    assert.deepEqual(await sessions.list(), [
      { key: 'old', title: 'first question', messages: 2, createdAt: 1, updatedAt: 3 },
      { key: 'new', messages: 1, createdAt: 2, updatedAt: 2 },
    ])
    assert.deepEqual(
      (await sessions.list({ limit: 1, offset: 1 })).map(({ key }) => key),
      ['new'],
    )
    assert.equal((await sessions.info('old'))?.messages, 2)
    assert.equal(await sessions.info('nobody'), undefined)
  })

  each('a removed session is gone whole', async ({ sessions }) => {
    await sessions.append('s', 't', 1, [userText('a')])
    assert.equal(await sessions.remove('s'), true)
    assert.equal(await sessions.remove('s'), false)
    assert.deepEqual(await sessions.read('s'), [])
    assert.deepEqual(await sessions.list(), [])
  })

  each('an append of nothing makes no session', async ({ sessions }) => {
    await sessions.append('s', 't', 1, [])
    assert.equal(await sessions.info('s'), undefined)
  })

  each('rests are kept by key until cleared', async ({ rests }) => {
    const rest: Rest = {
      key: 'k',
      until: 99,
      failures: 2,
      billingFailures: 1,
      lastFailureAt: 9,
      reason: { endpoint: 'e', kind: 'rate-limit', message: 'slow', ms: 3, skipped: false, status: 429 },
    }
    await rests.put(rest)
    await rests.put({ ...rest, until: 100 })
    assert.deepEqual(await rests.get('k'), { ...rest, until: 100 })
    assert.deepEqual(await rests.all(), [{ ...rest, until: 100 }])
    await rests.clear('k')
    assert.equal(await rests.get('k'), undefined)
  })

  each('counters count from 0, each for itself', async ({ counters }) => {
    assert.deepEqual([await counters.next('a'), await counters.next('a'), await counters.next('b')], [0, 1, 0])
  })

  each('the ledger gives its rows newest first, by time, session and call', async ({ ledger }) => {
    ledger.add(row('c1', 10, 's'))
    ledger.add(row('c1', 20, 's'))
    ledger.add(row('c2', 20))
    await ledger.flush()
    const seen = async (filter?: Parameters<typeof ledger.rows>[0]) =>
      (await ledger.rows(filter)).map(({ call, at }) => `${call}@${at}`)
    assert.deepEqual(await seen(), ['c2@20', 'c1@20', 'c1@10'])
    assert.deepEqual(await seen({ since: 20 }), ['c2@20', 'c1@20'])
    assert.deepEqual(await seen({ until: 20 }), ['c1@10'])
    assert.deepEqual(await seen({ session: 's' }), ['c1@20', 'c1@10'])
    assert.deepEqual(await seen({ call: 'c2' }), ['c2@20'])
    assert.deepEqual(await seen({ limit: 1 }), ['c2@20'])
  })

  each('a lease has one owner until it runs out or is released', async ({ leases }) => {
    assert.equal(await leases.take('l', 'a', 0, 10), true)
    assert.equal(await leases.take('l', 'b', 5, 15), false)
    assert.equal(await leases.take('l', 'a', 5, 20), true)
    assert.equal(await leases.take('l', 'b', 20, 30), true)
    await leases.release('l', 'a')
    assert.equal(await leases.take('l', 'c', 21, 30), false)
    await leases.release('l', 'b')
    assert.equal(await leases.take('l', 'c', 21, 30), true)
  })
}
