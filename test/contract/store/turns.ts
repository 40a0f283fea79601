import assert from 'node:assert/strict'
import { type Message, userText } from '../../../src/core/message.ts'
import type { InboxItem, OutboxItem, TurnStore } from '../../../src/core/store.ts'
import type { Each } from '../store.ts'

const said = (text: string): Message => ({ role: 'assistant', parts: [{ type: 'text', text }] })
const received = (id: string): Omit<InboxItem, 'tries' | 'turn'> => ({
  id,
  channel: 'c',
  platformId: `p-${id}`,
  session: 's',
  at: 1,
  payload: '{}',
})
const answer = (id: string, turn = 't'): Omit<OutboxItem, 'state' | 'note' | 'platformId'> => ({
  id,
  channel: 'c',
  chat: 'chat',
  session: 's',
  turn,
  at: 5,
  payload: '{"text":"hi"}',
})
const beginning = (id: string, inbox: readonly string[] = []): Parameters<TurnStore['begin']>[0] => ({
  id,
  session: 's',
  agent: 'main',
  cause: 'chat',
  at: 2,
  inbox,
  messages: [userText(`question of ${id}`)],
})
const ending = (id: string): Parameters<TurnStore['finish']>[0] => ({
  id,
  at: 5,
  state: 'done',
  report: '{"ms":3}',
  messages: [said(`answer of ${id}`)],
  outbox: [answer(`o-${id}`, id)],
})

export function turns(each: Each): void {
  each(
    'messages that arrive during a turn are taken up by it and stand in the log',
    async ({ turns, inbox, sessions }) => {
      await inbox.add(received('i1'))
      await inbox.add(received('i2'))
      await turns.begin(beginning('t', ['i1']))
      await turns.join({ id: 't', at: 3, inbox: ['i2'], messages: [userText('and this')] })
      assert.deepEqual(
        (await inbox.open()).map(({ id, turn }) => [id, turn]),
        [
          ['i1', 't'],
          ['i2', 't'],
        ],
      )
      assert.deepEqual(
        (await sessions.ofTurn('t')).map(({ message }) => message),
        [userText('question of t'), userText('and this')],
      )
      await turns.finish(ending('t'))
      assert.deepEqual(await inbox.open(), [])
    },
  )

  each('a turn that begins takes its messages up and writes the question', async ({ turns, inbox, sessions }) => {
    await inbox.add(received('i1'))
    await inbox.add(received('i2'))
    await turns.begin(beginning('t', ['i1']))
    assert.deepEqual(await turns.get('t'), {
      id: 't',
      session: 's',
      agent: 'main',
      cause: 'chat',
      at: 2,
      state: 'running',
    })
    assert.deepEqual(
      (await inbox.open()).map(({ id, turn }) => [id, turn]),
      [
        ['i1', 't'],
        ['i2', undefined],
      ],
    )
    assert.deepEqual(
      (await sessions.read('s')).map(({ turn, at, message }) => [turn, at, message]),
      [['t', 2, userText('question of t')]],
    )
  })

  each('a turn that ends leaves record, log, outbox and inbox in step', async ({ turns, inbox, outbox, sessions }) => {
    await inbox.add(received('i1'))
    await inbox.add(received('i2'))
    await turns.begin(beginning('t', ['i1']))
    await turns.finish(ending('t'))
    assert.deepEqual(await turns.get('t'), {
      id: 't',
      session: 's',
      agent: 'main',
      cause: 'chat',
      at: 2,
      state: 'done',
      endedAt: 5,
      report: '{"ms":3}',
    })
    assert.deepEqual(
      (await sessions.ofTurn('t')).map(({ message }) => message),
      [userText('question of t'), said('answer of t')],
    )
    assert.deepEqual(await outbox.open(), [{ ...answer('o-t'), state: 'waiting' }])
    assert.deepEqual(
      (await inbox.open()).map(({ id }) => id),
      ['i2'],
    )
    assert.equal(await inbox.add(received('i1')), false, 'a message that is done is known on')
  })

  each('a turn ends once', async ({ turns, sessions, outbox }, { other }) => {
    await turns.begin(beginning('t'))
    await Promise.all([
      turns.finish(ending('t')),
      other.turns.finish({ ...ending('t'), state: 'interrupted', trouble: 'ended', outbox: [answer('o-2')] }),
    ])
    assert.equal((await sessions.read('s')).length, 2)
    assert.equal((await outbox.open()).length, 1)
    assert.equal((await turns.get('t'))?.state, 'done')
    await turns.finish(ending('nobody'))
    assert.equal(await turns.get('nobody'), undefined)
    assert.equal((await outbox.open()).length, 1)
  })

  each(
    'a message that joins a turn which has ended is done; nothing more is written or sent',
    async ({ turns, inbox, sessions, outbox }) => {
      await inbox.add(received('i1'))
      await inbox.add(received('i2'))
      await turns.begin(beginning('t', ['i1']))
      await turns.finish({ ...ending('t'), state: 'stopped' })
      const [log, sent] = [await sessions.read('s'), await outbox.open()]
      await turns.join({ id: 't', at: 6, inbox: ['i2'], messages: [userText('and this')], outbox: [answer('o-2')] })
      assert.deepEqual(await inbox.open(), [])
      assert.deepEqual(await sessions.read('s'), log)
      assert.deepEqual(await outbox.open(), sent)
    },
  )

  each('a turn begins once', async ({ turns, sessions }, { other }) => {
    const begun = await Promise.allSettled([turns.begin(beginning('t')), other.turns.begin(beginning('t'))])
    assert.deepEqual(begun.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    assert.equal((await sessions.read('s')).length, 1)
  })

  each('what a later turn took up stays open when the former ends', async ({ turns, inbox }) => {
    await inbox.add(received('i'))
    await turns.begin(beginning('t1', ['i']))
    await turns.begin(beginning('t2', ['i']))
    await turns.finish({ ...ending('t1'), state: 'interrupted' })
    assert.deepEqual(
      (await inbox.open()).map(({ turn }) => turn),
      ['t2'],
    )
    await turns.finish(ending('t2'))
    assert.deepEqual(await inbox.open(), [])
  })

  each('turns are listed newest first, by session and state', async ({ turns }) => {
    await turns.begin({ ...beginning('a'), at: 1 })
    await turns.begin({ ...beginning('b'), at: 3, session: 'other', cause: 'cron' })
    await turns.begin({ ...beginning('c'), at: 3 })
    await turns.finish({ id: 'a', at: 9, state: 'failed', trouble: 'no model', messages: [], outbox: [] })
    const ids = async (filter?: Parameters<typeof turns.list>[0]) => (await turns.list(filter)).map(({ id }) => id)
    assert.deepEqual(await ids(), ['c', 'b', 'a'])
    assert.deepEqual(await ids({ session: 's' }), ['c', 'a'])
    assert.deepEqual(await ids({ state: 'running' }), ['c', 'b'])
    assert.deepEqual(await ids({ state: 'running', session: 's' }), ['c'])
    assert.deepEqual(await ids({ limit: 1 }), ['c'])
    assert.equal((await turns.get('a'))?.trouble, 'no model')
  })
}
