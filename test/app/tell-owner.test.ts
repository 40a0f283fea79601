import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellOwner } from '../../src/app/gateway/tell-owner.ts'
import type { ChannelHealth } from '../../src/core/channel.ts'
import { silent } from '../../src/core/log.ts'

/** Where the words went; the owner was heard on telegram last, then on discord. */
async function toldOn(states: Readonly<Record<string, ChannelHealth['state']>>, chats = ['telegram', 'discord']) {
  const sent: string[] = []
  await tellOwner(
    {
      desk: {
        admission: { ownerChats: async () => chats.map((channel) => ({ channel, chat: '7' })) },
        road: {
          async send(channel, _session, { to, text }) {
            sent.push(`${channel} ${to.chat}: ${text}`)
          },
        },
      },
      channels: () => Object.entries(states).map(([name, state]) => ({ name, health: () => ({ state }) })),
      log: silent,
    },
    'news',
  )
  return sent
}

test('an owner is told where they were heard last, on a channel that is up', async () => {
  assert.deepEqual(await toldOn({ telegram: 'up', discord: 'up' }), ['telegram 7: news'])
  assert.deepEqual(await toldOn({ telegram: 'down', discord: 'up' }), ['discord 7: news'])
  assert.deepEqual(await toldOn({ telegram: 'starting', discord: 'up' }), ['discord 7: news'])
})

test('while no channel is up the words wait for the one that was heard last; without an owner there are none', async () => {
  assert.deepEqual(await toldOn({ telegram: 'down', discord: 'down' }), ['telegram 7: news'])
  assert.deepEqual(await toldOn({}), ['telegram 7: news'])
  assert.deepEqual(await toldOn({ telegram: 'up' }, []), [])
})
