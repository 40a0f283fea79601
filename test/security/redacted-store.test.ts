import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { redactedStore } from '../../src/app/redacted-store.ts'
import { silent } from '../../src/core/log.ts'
import { userText } from '../../src/core/message.ts'
import type { Cap } from '../../src/core/budget.ts'
import type { Store } from '../../src/core/store.ts'
import { mask, redactor } from '../../src/kit/redact.ts'
import { openStore } from '../../src/store/open.ts'
import { emptyHome } from '../e2e/program.ts'
import { fakeClock } from '../fakes/clock.ts'
import { assertClean, everything, planted, secrets, stored } from './planted.ts'

test('the store keeps no secret in conversations, titles, the ledger or the reasons of rests', async () => {
  const home = emptyHome()
  const clock = fakeClock()
  const store = redactedStore(openStore(join(home, 'picoclaw.db'), { clock, log: silent }), redactor(secrets))
  await store.sessions.append('s', 't', 1, [
    userText(everything),
    {
      role: 'assistant',
      parts: [
        { type: 'thinking', text: everything },
        { type: 'text', text: everything },
        { type: 'tool-call', id: '1', name: 'web', input: { url: everything, [planted.key]: secrets } },
      ],
    },
  ])
  store.ledger.add({
    call: 'c',
    at: 1,
    cause: 'chat',
    endpoint: 'm',
    vendor: 'v',
    modelAsked: 'm',
    modelAnswered: everything,
    keyTag: 'tag',
    outcome: 'ok',
    input: 1,
    output: 1,
    cacheRead: 0,
    cacheWrite: 0,
    totalMs: 1,
  })
  assert.equal(await store.counters.next(everything), 0)
  assert.equal(await store.counters.next(everything), 1)
  const reason = { endpoint: 'm', kind: 'auth', message: everything, ms: 1, skipped: false } as const
  await store.rests.put({ key: planted.key, until: 9, failures: 1, billingFailures: 0, lastFailureAt: 1, reason })
  await store.ledger.flush()
  const [entry] = await store.sessions.read('s')
  assertClean(
    JSON.stringify([entry, await store.sessions.list(), await store.ledger.rows(), await store.rests.all()]),
    'rows',
  )
  assert.equal((await store.rests.get(planted.key))?.until, 9)
  await store.rests.clear(planted.key)
  assert.equal(await store.rests.get(planted.key), undefined)
  await store.close()
  assertClean(stored(home), 'files')
})

test('the store keeps no secret in anything else that is written into it', async () => {
  const home = emptyHome()
  const store = redactedStore(
    openStore(join(home, 'picoclaw.db'), { clock: fakeClock(), log: silent }),
    redactor(secrets),
  )
  const payload = JSON.stringify({ text: everything, list: secrets, [planted.key]: 1 })
  const told = await writeEverywhere(store, payload)
  const read = {
    log: await store.sessions.read('s'),
    state: await store.sessions.state('s'),
    found: await store.sessions.search('keys'),
    turn: await store.turns.get('t'),
    inbox: await store.inbox.open(),
    aside: await store.inbox.aside(),
    outbox: await store.outbox.list(),
    jobs: await store.jobs.list(),
    grants: await store.grants.find('*'),
    notes: await store.notes.list(''),
  }
  for (const [name, value] of Object.entries(read)) {
    assertClean(JSON.stringify(value), name)
    assert.match(JSON.stringify(value), /REDACTED/, `${name} was written`)
  }
  for (const item of [...read.inbox, ...read.aside, ...read.outbox, ...read.jobs, ...read.grants])
    assert.ok(JSON.parse(item.payload), 'a payload stays JSON')
  assert.equal(read.inbox.length, 2)
  // Names that hold a secret still find what they name; the caller's own words are not changed.
  assert.equal((await store.notes.list(planted.key)).length, 1)
  assert.ok(await store.notes.get(planted.key))
  assert.equal((await store.grants.find(`pairing:${planted.key}`)).length, 1)
  assert.equal(await store.grants.move(planted.key, 'asked', 'given'), true)
  assert.deepEqual(await store.budget.spent(`key:${planted.key}`, 0, 1), { spent: 3, reserved: 0 })
  assert.equal(told.scope, `key:${planted.key}`)
  await store.close()
  assertClean(stored(home), 'files')
})

test('a payload stays JSON when a secret ends in a backslash', async () => {
  const home = emptyHome()
  const secret = 'ends-in-a-backslash\\'
  const store = redactedStore(
    openStore(join(home, 'picoclaw.db'), { clock: fakeClock(), log: silent }),
    redactor([secret]),
  )
  await store.jobs.put({ id: 'j', payload: JSON.stringify({ say: secret, next: 'on' }), enabled: false })
  await store.jobs.put({ id: 'k', payload: `no JSON: ${secret}`, enabled: false })
  const [job, text] = await store.jobs.list()
  assert.deepEqual(JSON.parse(job?.payload ?? ''), { say: mask, next: 'on' })
  assert.equal(text?.payload, `no JSON: ${mask}`)
  await store.close()
})

/** Writes secrets through every method that takes text. Resolves to the cap that had no room. */
async function writeEverywhere(store: Store, payload: string): Promise<Cap> {
  const item = { channel: 'c', session: 's', at: 1, payload }
  await store.sessions.change('s', { summary: everything, pinned: [everything], told: [planted.key] })
  for (const id of ['i', 'aside', 'replaced'])
    await store.inbox.add({ ...item, id, platformId: id, payload: id === 'replaced' ? '{}' : payload })
  await store.inbox.setAside(['aside'], everything)
  assert.equal(await store.inbox.replace('c', 'replaced', payload), true)
  await store.turns.begin({
    id: 't',
    session: 's',
    agent: 'a',
    cause: 'chat',
    at: 1,
    inbox: ['i'],
    messages: [userText(everything)],
  })
  const outbox = [{ ...item, id: 'o', chat: 'x' }]
  await store.turns.finish({
    id: 't',
    at: 2,
    state: 'failed',
    report: payload,
    trouble: everything,
    outbox,
    messages: [userText(everything)],
  })
  await store.outbox.add([{ ...item, id: 'p', chat: 'x' }])
  await store.outbox.mark('p', 'dead', { note: everything })
  await store.jobs.put({ id: 'j', payload, nextAt: 1, enabled: true })
  assert.equal(await store.jobs.fire('j', 1, { nextAt: 2, payload }, { ...item, id: 'f', platformId: 'f' }), true)
  await store.grants.put({ id: planted.key, subject: `pairing:${planted.key}`, payload, state: 'asked', createdAt: 1 })
  await store.notes.put(planted.key, { text: everything, [planted.key]: secrets })
  await store.notes.put('gone', everything)
  await store.notes.remove('gone')
  const caps = [{ scope: `key:${planted.key}`, since: 0, micros: 2 }]
  const answer = await store.budget.reserve({ id: 'r', at: 1, micros: 3, caps, expiresAt: 2 })
  await store.budget.settle('r', 1, 3, [`key:${planted.key}`])
  assert.ok(!answer.ok)
  return answer.cap
}
