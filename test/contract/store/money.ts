import assert from 'node:assert/strict'
import type { BudgetStore } from '../../../src/core/budget.ts'
import type { LedgerRow } from '../../../src/core/store.ts'
import type { Each } from '../store.ts'

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
const day = 86_400_000
const reservation = (id: string, micros: number, more: Partial<Parameters<BudgetStore['reserve']>[0]> = {}) => ({
  id,
  at: 100,
  micros,
  caps: [{ scope: 'all', since: 0, micros: 1_000 }],
  expiresAt: 200,
  ...more,
})

export function money(each: Each): void {
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

  each('the ledger is read by turn', async ({ ledger }) => {
    ledger.add({ ...row('c1', 10, 's'), turn: 't1' })
    ledger.add({ ...row('c2', 20, 's'), turn: 't2' })
    assert.deepEqual(await ledger.rows({ turn: 't1' }), [{ ...row('c1', 10, 's'), turn: 't1' }])
    assert.deepEqual(await ledger.rows({ turn: 't1', session: 'other' }), [])
  })

  each('the ledger sums up, largest cost first', async ({ ledger }) => {
    ledger.add({ ...row('c1', 10, 's'), agent: 'main', costMicros: 5, cacheRead: 7, turn: 't' })
    ledger.add({ ...row('c1', day + 1), agent: 'main', outcome: 'auth', input: 0, output: 0 })
    ledger.add({ ...row('c2', day + 2), costMicros: 9, cacheWrite: 3, cause: 'cron', modelAsked: 'n' })
    ledger.add({ ...row('c3', day + 3), endpoint: 'f' })
    const none = { calls: 1, failed: 0, input: 1, output: 2, cacheRead: 0, cacheWrite: 0, costMicros: 0, unpriced: 0 }
    assert.deepEqual(await ledger.sums('cause'), [
      { ...none, group: 'cron', cacheWrite: 3, costMicros: 9 },
      {
        group: 'chat',
        calls: 3,
        failed: 1,
        input: 2,
        output: 4,
        cacheRead: 7,
        cacheWrite: 0,
        costMicros: 5,
        unpriced: 1,
      },
    ])
    const groups = async (...args: Parameters<typeof ledger.sums>) =>
      (await ledger.sums(...args)).map(({ group, calls, costMicros }) => `${group}: ${calls}, ${costMicros}`)
    assert.deepEqual(await groups('agent'), [': 2, 9', 'main: 2, 5'])
    assert.deepEqual(await groups('endpoint'), ['e: 3, 14', 'f: 1, 0'])
    assert.deepEqual(await groups('model'), ['n: 1, 9', 'm: 3, 5'])
    assert.deepEqual(await groups('session'), [': 3, 9', 's: 1, 5'])
    assert.deepEqual(await groups('day'), ['1970-01-02: 3, 9', '1970-01-01: 1, 5'])
    assert.deepEqual(await groups('day', { zone: 'America/New_York' }), ['1970-01-01: 3, 9', '1969-12-31: 1, 5'])
    assert.deepEqual(await groups('day', { zone: 'Asia/Kathmandu' }), ['1970-01-02: 3, 9', '1970-01-01: 1, 5'])
    assert.deepEqual(await groups('cause', { since: day, until: day + 3 }), ['cron: 1, 9', 'chat: 1, 0'])
    assert.deepEqual(await groups('cause', { turn: 't' }), ['chat: 1, 5'])
    assert.deepEqual(await groups('cause', { session: 'nobody' }), [])
  })

  each('money is reserved until a cap is full, then spent', async ({ budget }) => {
    assert.deepEqual(await budget.reserve(reservation('a', 600)), { ok: true })
    const cap = { scope: 'all', since: 0, micros: 1_000 }
    assert.deepEqual(await budget.reserve(reservation('b', 401)), { ok: false, cap, spent: 0, reserved: 600 })
    assert.deepEqual(await budget.reserve(reservation('b', 400)), { ok: true })
    await budget.settle('a', 110, 250, ['all'])
    assert.deepEqual(await budget.spent('all', 0, 110), { spent: 250, reserved: 400 })
    assert.deepEqual(await budget.spent('all', 111, 110), { spent: 0, reserved: 400 })
    assert.deepEqual(await budget.reserve(reservation('c', 351)), { ok: false, cap, spent: 250, reserved: 400 })
  })

  each('every cap must have room, and nothing is reserved when one has none', async ({ budget }) => {
    const [all, agent] = [
      { scope: 'all', since: 0, micros: 1_000 },
      { scope: 'agent:a', since: 0, micros: 100 },
    ]
    const caps = [all, agent]
    assert.deepEqual(await budget.reserve(reservation('a', 101, { caps })), {
      ok: false,
      cap: agent,
      spent: 0,
      reserved: 0,
    })
    assert.deepEqual(await budget.spent('all', 0, 100), { spent: 0, reserved: 0 })
    assert.deepEqual(await budget.reserve(reservation('a', 100, { caps: [...caps, { ...all, since: 50 }] })), {
      ok: true,
    })
    assert.deepEqual(await budget.spent('all', 0, 100), { spent: 0, reserved: 100 })
    await budget.settle('a', 101, 40, ['all', 'agent:a', 'session:s'])
    for (const scope of ['all', 'agent:a', 'session:s'])
      assert.deepEqual(await budget.spent(scope, 0, 101), { spent: 40, reserved: 0 })
  })

  each('a reservation counts until it runs out; what it cost counts also later, and once', async ({ budget }) => {
    await budget.reserve(reservation('a', 1_000))
    assert.equal((await budget.reserve(reservation('b', 1, { at: 199, expiresAt: 300 }))).ok, false)
    assert.equal((await budget.reserve(reservation('b', 1, { at: 200, expiresAt: 300 }))).ok, true)
    await budget.settle('a', 250, 70, ['all'])
    await budget.settle('a', 251, 70, ['all'])
    assert.deepEqual(await budget.spent('all', 0, 250), { spent: 70, reserved: 1 })
  })

  each('a reservation made again replaces the former', async ({ budget }) => {
    await budget.reserve(reservation('a', 900))
    assert.deepEqual(await budget.reserve(reservation('a', 1_000)), { ok: true })
    assert.deepEqual(await budget.spent('all', 0, 100), { spent: 0, reserved: 1_000 })
  })

  each('two processes never reserve more than there is', async ({ budget }, { other }) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? budget : other.budget).reserve(reservation(`r${index}`, 150)),
      ),
    )
    assert.equal(answers.filter(({ ok }) => ok).length, 6)
    assert.deepEqual(await other.budget.spent('all', 0, 100), { spent: 0, reserved: 900 })
  })
}
