import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Grant, Rest } from '../../../src/core/store.ts'
import type { Each } from '../store.ts'

export function facts(each: Each): void {
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

  each('a lease has one owner until it runs out or is released', async ({ leases }) => {
    assert.equal(await leases.take('l', 'a', 0, 10), true)
    assert.equal(await leases.take('l', 'b', 5, 15), false)
    assert.equal(await leases.take('l', 'a', 5, 20), true)
    assert.equal(await leases.take('l', 'b', 20, 30), true)
    await leases.release('l', 'a')
    assert.equal(await leases.take('l', 'c', 21, 30), false)
    assert.equal(await leases.holder('l'), 'b')
    await leases.release('l', 'b')
    assert.equal(await leases.holder('l'), undefined)
    assert.equal(await leases.take('l', 'c', 21, 30), true)
    await leases.take('m', 'c', 21, 30)
    await leases.releaseAll('b')
    assert.equal(await leases.take('l', 'd', 22, 30), false)
    await leases.releaseAll('c')
    assert.equal(await leases.take('l', 'd', 22, 30), true)
    assert.equal(await leases.take('m', 'd', 22, 30), true)
  })

  each('the same bytes are one blob', async ({ blobs }, { other }) => {
    const bytes = Uint8Array.from([0, 1, 2, 255])
    const [id, again] = await Promise.all([blobs.put(bytes, 'image/png'), other.blobs.put(bytes, 'image/png')])
    assert.equal(id, createHash('sha256').update(bytes).digest('hex'))
    assert.equal(again, id)
    const blob = await other.blobs.get(id)
    assert.deepEqual([...(blob?.bytes ?? [])], [...bytes])
    assert.equal(blob?.mime, 'image/png')
    assert.equal(await blobs.get('0'.repeat(64)), undefined)
    assert.equal(await blobs.get('../../etc/passwd'), undefined)
    const empty = await blobs.put(new Uint8Array(), 'text/plain')
    assert.equal((await blobs.get(empty))?.bytes.length, 0)
  })

  each('blobs that nobody uses are pruned', async ({ blobs }, { clock }) => {
    const [old, used, put] = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]
    const ids = await Promise.all([old, used, put].map((bytes) => blobs.put(bytes, 'x/y')))
    await clock.advance(1_000)
    await blobs.get(ids[1] ?? '')
    await blobs.put(put, 'x/z')
    assert.equal(await blobs.prune(clock.now()), 1)
    assert.equal(await blobs.get(ids[0] ?? ''), undefined)
    assert.equal((await blobs.get(ids[1] ?? ''))?.mime, 'x/y')
    assert.equal((await blobs.get(ids[2] ?? ''))?.mime, 'x/z')
    assert.equal(await blobs.put(old, 'x/y'), ids[0])
    assert.equal((await blobs.get(ids[0] ?? ''))?.mime, 'x/y')
  })

  each('a grant is moved by exactly one', async ({ grants }, { other }) => {
    await grants.put({ id: 'g', subject: 'approval:s', payload: '{}', state: 'asked', createdAt: 1 })
    const moved = await Promise.all([
      grants.move('g', 'asked', 'given'),
      other.grants.move('g', 'asked', 'denied'),
      grants.move('g', 'asked', 'given'),
    ])
    assert.equal(moved.filter(Boolean).length, 1)
    const { state = 'asked' } = (await grants.get('g')) ?? {}
    const used = await Promise.all([grants.move('g', state, 'used'), other.grants.move('g', state, 'used')])
    assert.deepEqual(used.sort(), [false, true])
    assert.equal(await grants.move('nobody', 'asked', 'given'), false)
  })

  each('grants are found by subject, oldest first', async ({ grants }) => {
    const grant: Grant = { id: 'a', subject: 'pairing:telegram', payload: '{"code":1}', state: 'asked', createdAt: 5 }
    await grants.put(grant)
    await grants.put({ ...grant, id: 'b', createdAt: 1, expiresAt: 9 })
    await grants.put({ ...grant, id: 'c', subject: 'pairing:discord', createdAt: 3 })
    await grants.put({ ...grant, id: 'd', subject: 'pairing', createdAt: 3 })
    await grants.put({ ...grant, state: 'denied' })
    const found = async (subject: string) => (await grants.find(subject)).map(({ id }) => id)
    assert.deepEqual(await found('pairing:telegram'), ['b', 'a'])
    assert.deepEqual(await found('pairing:*'), ['b', 'c', 'a'])
    assert.deepEqual(await found('*'), ['b', 'c', 'd', 'a'])
    assert.deepEqual(await found('pairing:%'), [])
    assert.deepEqual(await grants.get('a'), { ...grant, state: 'denied' })
    assert.equal((await grants.get('b'))?.expiresAt, 9)
    await grants.remove('a')
    assert.equal(await grants.get('a'), undefined)
  })

  each('notes are JSON by name', async ({ notes }, { other }) => {
    assert.equal(await notes.get('a'), undefined)
    await notes.put('x:b', { list: [1, null, 'é'] })
    await notes.put('x:a', false)
    await notes.put('y', 'other')
    await notes.put('x_', 0)
    await other.notes.put('x:a', null)
    assert.deepEqual(await notes.get('x:b'), { list: [1, null, 'é'] })
    assert.equal(await notes.get('x:a'), null)
    assert.deepEqual(await notes.list('x:'), [
      { name: 'x:a', value: null },
      { name: 'x:b', value: { list: [1, null, 'é'] } },
    ])
    assert.equal((await notes.list('')).length, 4)
    await notes.remove('x:a')
    assert.equal(await notes.get('x:a'), undefined)
  })
}
