import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellOwner } from '../../src/app/gateway/owner-chats.ts'
import { silent } from '../../src/core/log.ts'

/** Where the words went; the owner was heard on telegram last, then on discord. */
async function toldOn(reached: readonly string[], chats = ['telegram', 'discord'], broken = false) {
  const sent: string[] = []
  const errors: string[] = []
  await tellOwner(
    {
      admission: { ownerChats: async () => chats.map((channel) => ({ channel, chat: '7' })) },
      road: {
        reaches: ({ channel }) => reached.includes(channel),
        async send(channel, _session, { to, text }) {
          if (broken) throw new Error('disk full')
          sent.push(`${channel} ${to.chat}: ${text}`)
        },
      },
      log: { ...silent, error: (text) => void errors.push(text) },
    },
    'news',
  )
  return [...sent, ...errors]
}

test('an owner is told where they were heard last among the chats that can be reached', async () => {
  assert.deepEqual(await toldOn(['telegram', 'discord']), ['telegram 7: news'])
  assert.deepEqual(await toldOn(['discord']), ['discord 7: news'])
})

test('while none can be reached the words wait for the one that was heard last; without an owner there are none', async () => {
  assert.deepEqual(await toldOn([]), ['telegram 7: news'])
  assert.deepEqual(await toldOn(['telegram'], []), [])
})

test('what cannot even be stored stands in the log', async () => {
  assert.deepEqual(await toldOn(['telegram'], ['telegram'], true), ['No owner could be told: Error: disk full'])
})
