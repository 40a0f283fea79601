import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { gate } from '../../src/access/gate.ts'
import { pairing } from '../../src/access/pairing.ts'
import { fakeClock } from '../fakes/clock.ts'
import { inbound, member, memoryGrants, memoryNotes, owner } from './ports.ts'

const hour = 3_600_000

function desk() {
  const clock = fakeClock()
  const ports = { grants: memoryGrants(), notes: memoryNotes(), clock, newId: randomUUID }
  return { ...ports, people: pairing(ports), restarted: () => pairing(ports) }
}
const stranger = (id: string, channel = 'telegram') =>
  inbound({ from: { id, name: `Person ${id}` }, at: { channel, chat: id } })
const codeIn = (text: string | undefined) => /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(text ?? '')?.[0] ?? ''

test('a stranger becomes a member with the code that an owner confirms', async () => {
  const { people } = desk()
  const message = stranger('42')
  const code = codeIn(await people.offer(message))
  assert.match(code, /^[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}$/)
  const passes = async () => gate({ message, allowFrom: [], owners: [], members: await people.members() }).pass
  assert.equal(await passes(), false)
  const confirmed = await people.confirm(` ${code.toLowerCase()} `, owner)
  assert.equal(confirmed.ok && confirmed.member.role, 'member')
  assert.equal(await passes(), true)
  assert.equal(await people.revoke('telegram', '42'), true)
  assert.equal(await passes(), false)
  assert.equal(await people.revoke('telegram', '42'), false)
})

test('an owner can make another owner', async () => {
  const { people } = desk()
  await people.confirm(codeIn(await people.offer(stranger('42'))), owner, { owner: true })
  assert.deepEqual(
    (await people.members()).map(({ id, role, by }) => ({ id, role, by })),
    [{ id: '42', role: 'owner', by: 'telegram:1' }],
  )
})

test('only an owner confirms: no member, no job, no program', async () => {
  const { people } = desk()
  const code = codeIn(await people.offer(stranger('42')))
  for (const by of [member, { ...owner, automatic: true }]) {
    const refused = await people.confirm(code, by)
    assert.equal(refused.ok ? 'ok' : refused.why, 'not-owner')
  }
  assert.equal((await people.confirm(code, owner)).ok, true)
})

test('a code works once, also when two confirm at the same time, and for one hour', async () => {
  const { people, restarted, clock } = desk()
  const code = codeIn(await people.offer(stranger('42')))
  const both = await Promise.all([people.confirm(code, owner), restarted().confirm(code, owner)])
  assert.equal(both.filter(({ ok }) => ok).length, 1)
  assert.equal((await people.confirm(code, owner)).ok, false)
  const late = codeIn(await people.offer(stranger('43')))
  await clock.advance(hour)
  assert.deepEqual(await people.pending(), [])
  assert.equal((await people.confirm(late, owner)).ok, false)
})

test('a person gets one code an hour, also after a restart, and when they write all at once', async () => {
  const { people, restarted, clock } = desk()
  const offers = await Promise.all([1, 2, 3].map(() => people.offer(stranger('42'))))
  assert.equal(offers.filter(Boolean).length, 1)
  assert.equal(await restarted().offer(stranger('42')), undefined)
  await clock.advance(hour)
  assert.notEqual(await people.offer(stranger('42')), undefined)
})

test('three codes wait on a channel; the next stranger gets silence', async () => {
  const { people } = desk()
  const offers = await Promise.all(['1', '2', '3', '4', '5'].map((id) => people.offer(stranger(id))))
  assert.deepEqual(
    offers.map((text) => text !== undefined),
    [true, true, true, false, false],
  )
  assert.notEqual(await people.offer(stranger('1', 'discord')), undefined)
  assert.deepEqual(
    (await people.pending()).map(({ channel, id, name }) => `${channel} ${id} ${name}`),
    ['telegram 1 Person 1', 'telegram 2 Person 2', 'telegram 3 Person 3', 'discord 1 Person 1'],
  )
})

test('groups, programs and jobs get no code', async () => {
  const { people } = desk()
  const message = stranger('42')
  assert.equal(await people.offer({ ...message, kind: 'group' }), undefined)
  assert.equal(await people.offer({ ...message, from: { ...message.from, bot: true } }), undefined)
  assert.equal(await people.offer({ ...message, due: { cause: 'cron', name: 'x', role: 'owner' } }), undefined)
})

test('a code works once, and a second time says so without counting as a guess', async () => {
  const { people } = desk()
  const code = codeIn(await people.offer(stranger('42')))
  assert.equal((await people.confirm(code, owner)).ok, true)
  for (let again = 0; again < 10; again += 1) {
    const answer = await people.confirm(code, owner)
    assert.equal(answer.ok ? 'ok' : answer.why, 'used')
  }
  await people.revoke('telegram', '42')
  assert.equal((await people.confirm(code, owner)).ok, false)
  assert.deepEqual(await people.members(), [])
})

test('a process that ends while a code is confirmed leaves nobody out', async () => {
  const { people, restarted, grants } = desk()
  const code = codeIn(await people.offer(stranger('42')))
  const { move } = grants
  grants.move = () => Promise.reject(new Error('ended'))
  await assert.rejects(people.confirm(code, owner), /ended/)
  grants.move = move
  assert.equal((await restarted().confirm(code, owner)).ok, true)
  assert.deepEqual(
    (await restarted().members()).map(({ id }) => id),
    ['42'],
  )
})

test('a code that is taken back while it is confirmed lets nobody in', async () => {
  const { people, grants } = desk()
  const code = codeIn(await people.offer(stranger('42')))
  const { move } = grants
  grants.move = async (id, from, to) => {
    if (to === 'used') await move(id, 'asked', 'denied')
    return move(id, from, to)
  }
  const answer = await people.confirm(code, owner)
  assert.equal(answer.ok ? 'ok' : answer.why, 'unknown')
  assert.deepEqual(await people.members(), [])
})

test('a code that was taken back cannot be confirmed, and brings no new one within the hour', async () => {
  const { people } = desk()
  const code = codeIn(await people.offer(stranger('42')))
  assert.equal(await people.revoke('telegram', '42'), true)
  assert.equal((await people.confirm(code, owner)).ok, false)
  assert.equal(await people.offer(stranger('42')), undefined)
})

test('ten thousand wrong guesses lock confirming, for the right code too, and a restart opens nothing', async () => {
  const { people, restarted, clock, notes } = desk()
  const code = codeIn(await people.offer(stranger('42')))
  const whys = new Map<string, number>()
  for (let guess = 0; guess < 10_000; guess += 1) {
    const text = guess
      .toString(23)
      .padStart(8, '2')
      .replaceAll(/[01i-m]/g, 'Z')
    const answer = await people.confirm(text, { ...owner, who: `telegram:${guess}` })
    const why = answer.ok ? 'ok' : answer.why
    whys.set(why, (whys.get(why) ?? 0) + 1)
  }
  assert.deepEqual(
    [...whys],
    [
      ['unknown', 50],
      ['locked', 9_950],
    ],
  )
  assert.equal(notes.puts(), 50)
  for (const process of [people, restarted()]) {
    const right = await process.confirm(code, owner)
    assert.equal(right.ok ? 'ok' : right.why, 'locked')
    assert.match(right.ok ? '' : right.text, /60 minutes/)
  }
  await clock.advance(hour)
  assert.equal((await people.confirm(codeIn(await people.offer(stranger('43'))), owner)).ok, true)
})

test('who guesses wrong five times waits an hour; others do not', async () => {
  const { people } = desk()
  const code = codeIn(await people.offer(stranger('42')))
  const guesses = await Promise.all(Array.from({ length: 6 }, () => people.confirm('AAAA2222', owner)))
  assert.deepEqual(
    guesses.map((answer) => (answer.ok ? 'ok' : answer.why)),
    ['unknown', 'unknown', 'unknown', 'unknown', 'unknown', 'locked'],
  )
  assert.equal((await people.confirm(code, { ...owner, who: 'console' })).ok, true)
})

test('what cannot be a code is no guess', async () => {
  const { people, notes } = desk()
  for (const text of ['', 'ABC', 'ABCD-EFG1', 'ABCDEFGHJ', '😀😀😀😀'])
    assert.equal((await people.confirm(text, owner)).ok, false)
  assert.equal(notes.puts(), 0)
})

test('the code itself is stored nowhere', async () => {
  const { people, grants } = desk()
  const code = codeIn(await people.offer(stranger('42'))).replace('-', '')
  assert.ok(!JSON.stringify(await grants.find('*')).includes(code))
})

test('codes do not repeat and use the whole alphabet', async () => {
  const { people } = desk()
  const codes = await Promise.all(
    Array.from({ length: 300 }, async (_, at) => codeIn(await people.offer(stranger('1', `channel-${at}`)))),
  )
  assert.equal(new Set(codes).size, 300)
  assert.equal(new Set(codes.join('').replaceAll('-', '')).size, 31)
})
