import assert from 'node:assert/strict'
import type { InboxItem, Job, OutboxItem } from '../../../src/core/store.ts'
import type { Each } from '../store.ts'

const received = (id: string, at = 1): Omit<InboxItem, 'tries' | 'turn'> => ({
  id,
  channel: 'c',
  platformId: `p-${id}`,
  session: 's',
  at,
  payload: `{"text":"${id}"}`,
})
const leaving = (id: string, more: Partial<OutboxItem> = {}): Omit<OutboxItem, 'state' | 'note' | 'platformId'> => ({
  id,
  channel: 'c',
  chat: 'chat',
  session: 's',
  at: 1,
  payload: '{}',
  ...more,
})
const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id)

export function queues(each: Each): void {
  each('a start that is taken back does not count; what is done has none to take back', async ({ inbox }) => {
    await inbox.add(received('i'))
    assert.equal(await inbox.begin(['i']), 1)
    await inbox.unbegin(['i'])
    assert.equal(await inbox.begin(['i']), 1)
    await inbox.unbegin(['i'])
    await inbox.unbegin(['i'])
    assert.equal((await inbox.open())[0]?.tries, 0)
    await inbox.done(['i'])
    await inbox.unbegin(['i'])
    assert.equal(await inbox.begin(['i']), 0)
  })

  each('a message that is done without a turn is so together with what is said to it', async ({ inbox, outbox }) => {
    await inbox.add(received('i'))
    await inbox.done(['i'], [leaving('o')])
    assert.deepEqual(await inbox.open(), [])
    assert.deepEqual(
      (await outbox.open()).map(({ id, state }) => [id, state]),
      [['o', 'waiting']],
    )
  })

  each('a message that comes twice is stored once, also when it is done', async ({ inbox }, { other }) => {
    const both = await Promise.all([inbox.add(received('a')), other.inbox.add({ ...received('b'), platformId: 'p-a' })])
    assert.deepEqual(both.sort(), [false, true])
    assert.equal(await inbox.add({ ...received('c'), platformId: 'p-a', channel: 'another' }), true)
    const [first] = await inbox.open()
    await inbox.done([first?.id ?? ''])
    assert.equal(await other.inbox.add({ ...received('d'), platformId: 'p-a' }), false)
    assert.deepEqual(ids(await inbox.open()), ['c'])
  })

  each('open messages come oldest first, as they were stored', async ({ inbox }) => {
    for (const [id, at] of [
      ['late', 9],
      ['first', 1],
      ['second', 1],
    ] as const)
      await inbox.add(received(id, at))
    assert.deepEqual(ids(await inbox.open()), ['first', 'second', 'late'])
    assert.deepEqual((await inbox.open())[0], { ...received('first'), tries: 0 })
  })

  each('starts are counted', async ({ inbox }, { other }) => {
    for (const id of ['a', 'b', 'c']) await inbox.add(received(id))
    assert.equal(await inbox.begin(['a']), 1)
    assert.equal(await other.inbox.begin(['a', 'b']), 2)
    assert.deepEqual(
      (await inbox.open()).map(({ tries }) => tries),
      [2, 1, 0],
    )
    await inbox.done(['a'])
    assert.equal(await inbox.begin(['a', 'nobody']), 0)
    assert.equal(await inbox.begin([]), 0)
  })

  each('a message is replaced until a turn has taken it up', async ({ inbox, turns }) => {
    await inbox.add(received('a'))
    assert.equal(await inbox.replace('c', 'p-a', '{"text":"new"}'), true)
    assert.equal((await inbox.open())[0]?.payload, '{"text":"new"}')
    assert.equal(await inbox.replace('another', 'p-a', '{}'), false)
    await turns.begin({ id: 't', session: 's', agent: 'a', cause: 'chat', at: 1, inbox: ['a'], messages: [] })
    assert.equal(await inbox.replace('c', 'p-a', '{"text":"late"}'), false)
    assert.equal((await inbox.open())[0]?.payload, '{"text":"new"}')
  })

  each('a message set aside is kept for a person and not opened by itself', async ({ inbox }) => {
    for (const id of ['a', 'b', 'c']) await inbox.add(received(id))
    await inbox.setAside(['a'], 'three starts')
    await inbox.setAside(['b'], 'too large')
    await inbox.done(['a'])
    assert.deepEqual(ids(await inbox.open()), ['c'])
    assert.deepEqual(
      (await inbox.aside()).map(({ id, why, payload }) => [id, why, payload]),
      [
        ['b', 'too large', '{"text":"b"}'],
        ['a', 'three starts', '{"text":"a"}'],
      ],
    )
    assert.deepEqual(ids(await inbox.aside(1)), ['b'])
    assert.equal(await inbox.add(received('a')), false)
  })

  each('a message set aside is taken back as new or as done, once', async ({ inbox, turns }) => {
    for (const id of ['a', 'b', 'c']) await inbox.add(received(id))
    await inbox.begin(['a'])
    await turns.begin({ id: 't', session: 's', agent: 'a', cause: 'chat', at: 1, inbox: ['a'], messages: [] })
    await inbox.setAside(['a', 'b'], 'three starts')
    assert.equal(await inbox.takeBack('a', 'open'), true)
    assert.equal(await inbox.takeBack('b', 'done'), true)
    for (const id of ['a', 'b', 'c', 'none']) assert.equal(await inbox.takeBack(id, 'open'), false)
    assert.deepEqual(await inbox.aside(), [])
    const open = await inbox.open()
    assert.deepEqual(ids(open).toSorted(), ['a', 'c'])
    assert.deepEqual(
      open.find(({ id }) => id === 'a'),
      { ...received('a'), tries: 0 },
    )
    assert.equal(await inbox.add(received('b')), false)
  })

  each('messages on their way out keep their order and their state', async ({ outbox }, { other }) => {
    await outbox.add([leaving('a', { turn: 't' }), leaving('b'), leaving('c', { channel: 'd', session: 'x', at: 0 })])
    assert.deepEqual(await outbox.add([leaving('a', { payload: '"changed"' })]), [])
    assert.deepEqual(ids(await outbox.open()), ['c', 'a', 'b'])
    assert.deepEqual((await outbox.open('c'))[0], { ...leaving('a', { turn: 't' }), state: 'waiting' })
    await outbox.mark('a', 'sending')
    assert.deepEqual(ids(await other.outbox.open('c')), ['a', 'b'])
    await outbox.mark('a', 'uncertain', { note: 'ended while it was sent' })
    await outbox.mark('b', 'sent', { platformId: '77' })
    await outbox.mark('nobody', 'sent')
    assert.deepEqual(ids(await outbox.open()), ['c'])
    assert.deepEqual(
      (await outbox.list({ session: 's' })).map(({ id, state, note, platformId }) => [id, state, note, platformId]),
      [
        ['b', 'sent', undefined, '77'],
        ['a', 'uncertain', 'ended while it was sent', undefined],
      ],
    )
    await outbox.mark('a', 'dead')
    assert.deepEqual(ids(await outbox.list({ state: 'dead' })), ['a'])
    assert.equal((await outbox.list({ state: 'dead' }))[0]?.note, undefined)
    assert.deepEqual(ids(await outbox.list({ limit: 1 })), ['b'])
    assert.deepEqual(ids(await outbox.list({ channel: 'c', chat: 'chat', state: 'dead' })), ['a'])
    assert.deepEqual(ids(await outbox.list({ channel: 'd' })), ['c'])
    assert.deepEqual(ids(await outbox.list({ chat: 'elsewhere' })), [])
  })

  each('jobs are kept by id', async ({ jobs }) => {
    const job: Job = { id: 'b', payload: '{"say":"hi"}', nextAt: 10, enabled: true }
    await jobs.put(job)
    await jobs.put({ id: 'a', payload: '{}', enabled: false })
    await jobs.put({ ...job, nextAt: 20 })
    assert.deepEqual(await jobs.list(), [
      { id: 'a', payload: '{}', enabled: false },
      { ...job, nextAt: 20 },
    ])
    assert.deepEqual(await jobs.get('b'), { ...job, nextAt: 20 })
    assert.equal(await jobs.remove('b'), true)
    assert.equal(await jobs.remove('b'), false)
    assert.equal(await jobs.get('b'), undefined)
  })

  each('a due job fires once, and its message is in the inbox', async ({ jobs, inbox }, { other }) => {
    await jobs.put({ id: 'j', payload: '1', nextAt: 10, enabled: true })
    const fire = (store: typeof jobs, id: string) => store.fire('j', 10, { nextAt: 20, payload: '2' }, received(id))
    const fired = await Promise.all([fire(jobs, 'a'), fire(other.jobs, 'b'), fire(jobs, 'c')])
    assert.equal(fired.filter(Boolean).length, 1)
    assert.equal((await inbox.open()).length, 1)
    assert.deepEqual(await jobs.get('j'), { id: 'j', payload: '2', nextAt: 20, enabled: true })
  })

  each('a job that changed does not fire, and one without a next time ends', async ({ jobs, inbox }) => {
    await jobs.put({ id: 'j', payload: '1', nextAt: 10, enabled: true })
    assert.equal(await jobs.fire('j', 9, { payload: '2' }, received('a')), false)
    assert.equal(await jobs.fire('nobody', 10, { payload: '2' }, received('a')), false)
    await jobs.put({ id: 'j', payload: '1', nextAt: 10, enabled: false })
    assert.equal(await jobs.fire('j', 10, { payload: '2' }, received('a')), false)
    assert.deepEqual(await inbox.open(), [])
    await jobs.put({ id: 'j', payload: '1', nextAt: 10, enabled: true })
    assert.equal(await jobs.fire('j', 10, { payload: '2' }, received('a')), true)
    assert.deepEqual(await jobs.get('j'), { id: 'j', payload: '2', enabled: false })
  })

  each('a job whose message is known moves on all the same', async ({ jobs, inbox }) => {
    await inbox.add(received('a'))
    await jobs.put({ id: 'j', payload: '1', nextAt: 10, enabled: true })
    assert.equal(await jobs.fire('j', 10, { nextAt: 20, payload: '2' }, { ...received('b'), platformId: 'p-a' }), true)
    assert.deepEqual(ids(await inbox.open()), ['a'])
    assert.equal((await jobs.get('j'))?.nextAt, 20)
  })
}
