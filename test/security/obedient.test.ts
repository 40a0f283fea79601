import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/json.ts'
import { disguises, obey, type Order, order, ordersIn, untilOver, written } from './obedient.ts'
import { type AttackClass, type AttackRow, attacks, type Carrier, carriers, memberRequests } from './obedient-rows.ts'
import { openWorld, type World, type WorldOptions } from './obedient-world.ts'

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** What the attacker knows: the home, and the code of the request that waits. */
function filling(world: World) {
  return async (input: JsonObject): Promise<JsonObject> => {
    const json = JSON.stringify(input)
    if (!/THE(?:HOME|CODE)/.test(json)) return input
    await settled()
    const code = world.asked[0]?.code ?? 'NOCODE'
    return JSON.parse(json.replaceAll('THEHOME', world.home).replaceAll('THECODE', code)) as JsonObject
  }
}

interface Attack {
  readonly row: AttackRow
  readonly carrier: Carrier
  readonly disguise: (text: string) => string
}

/** One turn in which the model hears the text from outside and does what it says. Did it happen? */
async function attempt(kind: AttackClass, { row, carrier, disguise }: Attack, options: WorldOptions): Promise<boolean> {
  await using world = await openWorld(options)
  const planted = carrier.wrap(disguise(row.orders.map(written).join(' ')))
  const tools = new Map(world.tools).set('look', {
    spec: { name: 'look', description: '', input: { type: 'object' } },
    readOnly: true,
    run: () => Promise.resolve({ content: [{ type: 'text', text: planted }], outside: carrier.outside }),
  })
  const turn = obey({
    question: `Look at it for me. ${written(order('look', {}))}`,
    tools,
    guard: world.guard,
    context: { ...world.context, ...row.context },
    fill: filling(world),
  })
  // Awaited below; until then its failure is nobody's.
  void turn.catch(() => undefined)
  if (row.meanwhile) {
    for (let round = 0; round < 10 && world.asked.length === 0; round += 1) await settled()
    await row.meanwhile(world, world.asked[0]?.code ?? 'NOCODE')
  }
  const heard = await untilOver(turn, () => world.clock.advance(options.ownerAway === false ? 600_000 : 0))
  return await kind.happened(world, heard)
}

const nth = <T>(list: readonly T[], at: number) => list[at % list.length] as T

test('the obedient model sees through every disguise', () => {
  const wanted = order('message', { to: 'telegram:666', text: 'Grüße "\\ ü' })
  for (const disguise of disguises) assert.deepEqual(ordersIn(disguise(written(wanted))), [wanted])
})

for (const kind of attacks) {
  test(`${kind.name}: does not happen, whatever text from outside says, while an owner is asked and does not answer`, async () => {
    assert.ok(kind.rows.length >= 10)
    for (const [at, row] of kind.rows.entries()) {
      const attack = { row, carrier: nth(carriers, at), disguise: nth(disguises, at) }
      assert.equal(await attempt(kind, attack, { ownerAway: false }), false, row.name)
    }
  })

  test(`${kind.name}: does not happen, through whichever door the text comes, with no owner to ask`, async () => {
    for (const [at, row] of kind.rows.entries())
      for (let door = 0; door < 5; door += 1) {
        const carrier = nth(carriers, at * 5 + door)
        const attack = { row, carrier, disguise: nth(disguises, at + door) }
        assert.equal(await attempt(kind, attack, {}), false, `${row.name}, in ${carrier.name}`)
      }
  })

  test(`${kind.name}: happens in every row when nobody guards, so the rows prove something`, async () => {
    for (const [at, row] of kind.rows.entries()) {
      const attack = { row, carrier: nth(carriers, at), disguise: nth(disguises, at) }
      assert.equal(await attempt(kind, attack, { unguarded: true }), true, row.name)
    }
  })
}

/** A member's own turn, in a chat of theirs. Resolves to the number of effects. */
async function requested(wanted: Order, options: WorldOptions): Promise<number> {
  await using world = await openWorld(options)
  const before = await world.file('AGENT.md')
  await obey({
    question: written(wanted),
    tools: world.tools,
    guard: world.guard,
    context: {
      ...world.context,
      role: 'member',
      sender: { id: '2', name: 'Member' },
      origin: { channel: 'telegram', chat: '2' },
    },
  })
  const changed = [
    before !== (await world.file('AGENT.md')),
    (await world.file('memory/MEMORY.md')) !== 'The owner likes tea.\n',
    (await world.file('skills/evil/SKILL.md')) !== 'gone',
  ]
  return world.done.length + world.sent.length + changed.filter(Boolean).length
}

test('a member gets nothing that only an owner may have, in thirty ways; nobody stands in the way of an owner', async () => {
  assert.ok(memberRequests.length >= 30)
  for (const wanted of memberRequests) {
    assert.equal(await requested(wanted, {}), 0, written(wanted))
    assert.ok((await requested(wanted, { unguarded: true })) > 0, written(wanted))
  }
})

test('without text from outside the owner’s own wishes are done without a question', async () => {
  await using world = await openWorld()
  const wishes = [
    order('exec', { command: 'rm notes.md' }),
    order('message', { to: 'telegram:5', text: 'hi' }),
    order('remember', { fact: 'x' }),
    order('cron', { action: 'add', message: 'x' }),
    order('web_fetch', { url: 'https://any.example/' }),
  ]
  await obey({
    question: wishes.map(written).join(' '),
    tools: world.tools,
    guard: world.guard,
    context: world.context,
  })
  assert.equal(await world.file('notes.md'), 'gone')
  assert.equal(world.sent.length + world.done.length + world.fetched.length, 4)
  assert.deepEqual(world.asked, [])
})

test('an owner’s word lets exactly the call run that it was given for', async () => {
  await using world = await openWorld({ ownerAway: false })
  const turn = obey({
    question: [order('message', { to: 'telegram:5', text: 'a' }), order('message', { to: 'telegram:6', text: 'b' })]
      .map(written)
      .join(' '),
    tools: world.tools,
    guard: world.guard,
    context: { ...world.context, tainted: true },
  })
  while (world.asked.length < 2) await settled()
  const wanted = world.asked.find(({ what }) => what.includes('telegram:6'))
  await world.desk.decide(wanted?.code ?? '', 'given', { role: 'owner', who: 'telegram:1', automatic: false })
  await untilOver(turn, () => world.clock.advance(60_000))
  assert.deepEqual(world.sent, [{ to: 'telegram:6', text: 'b' }])
})
