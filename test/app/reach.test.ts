import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recallTool } from '../../src/app/desk/reach.ts'
import type { Role } from '../../src/core/tool.ts'
import { userText } from '../../src/core/message.ts'
import { memoryStore } from '../fakes/store.ts'
import { turnContext } from '../access/ports.ts'

const own = 'agent:main:fake:direct:1'
const others = 'agent:main:fake:direct:2'
const group = 'agent:main:fake:group:9'

/** Sessions in which a word was found, as `session` or `session!` where its words count as somebody else's. */
async function found(session: string, role: Role, tainted = false): Promise<readonly string[]> {
  const { sessions } = memoryStore()
  for (const key of [own, others, group, 'agent:main:main'])
    await sessions.append(key, 't', 1, [userText('the walnut')])
  const context = {
    ...turnContext({ session, role, tainted }),
    sender: { id: '1', name: 'Ann' },
    origin: { channel: 'fake', chat: 'c' },
  }
  const hits = await recallTool({ sessions }).search('walnut', 10, context)
  return hits.map((hit) => `${hit.session}${hit.outside === undefined ? '' : '!'}`).toSorted()
}

test('an owner looks through everything, and what others said is not the owner’s own', async () => {
  assert.deepEqual(await found(own, 'owner'), ['agent:main:main', own, `${others}!`, `${group}!`].toSorted())
})

test('a member finds what was said in the member’s own conversation alone', async () => {
  assert.deepEqual(await found(others, 'member'), [others])
})

test('where others read along, or speak along, an owner finds no more than they may hear', async () => {
  assert.deepEqual(await found(group, 'owner'), [group])
  assert.deepEqual(await found(own, 'owner', true), [own])
})
