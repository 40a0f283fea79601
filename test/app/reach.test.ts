import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recallTool } from '../../src/app/desk/reach.ts'
import type { Role } from '../../src/core/tool.ts'
import { type UserMessage, userText } from '../../src/core/message.ts'
import { recallTool as recallToolOf } from '../../src/tools/memory.ts'
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

/** What the tool says its words come from, for a person of the conversation in which `message` was said. */
async function labelOf(session: string, person: string, message: UserMessage): Promise<string | undefined> {
  const { sessions } = memoryStore()
  await sessions.append(session, 't', 1, [message])
  const context = {
    ...turnContext({ session, role: 'owner' }),
    sender: { id: person, name: 'Ann' },
    origin: { channel: 'fake', chat: 'c' },
  }
  const output = await recallToolOf(recallTool({ sessions })).run({ query: 'walnut' }, context)
  assert.match(JSON.stringify(output.content), /the walnut/)
  return output.outside
}

test('words from outside do not become the owner’s own by being found again', async () => {
  const walnut = userText('the walnut')
  assert.equal(await labelOf(own, '1', walnut), undefined)
  assert.equal(await labelOf(own, '1', { ...walnut, outside: 'person:Eve' }), 'person:Eve')
})

test('what a member said in a shared conversation is the member’s own word and nobody else’s', async () => {
  const said = { ...userText('the walnut'), speaker: 'fake:2' }
  for (const session of [group, 'agent:main:main']) {
    assert.equal(await labelOf(session, '1', said), 'person:fake:2')
    assert.equal(await labelOf(session, '2', said), undefined)
  }
})
