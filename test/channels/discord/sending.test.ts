import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attachment, DeliveryKind } from '../../../src/core/channel.ts'
import { DeliveryFailure } from '../../../src/core/channel.ts'
import { nonceOf } from '../../../src/channels/discord/outbound.ts'
import type { Fault } from '../../fakes/discord/rest.ts'
import { bench, eventually, failureOf, started } from './bench.ts'

const post = /POST \/channels\/\d+\/messages$/
const file = (name: string, text: string, mime = 'text/plain'): Attachment => ({
  kind: 'file',
  mime,
  name,
  bytes: () => Promise.resolve(Buffer.from(text)),
})

test('a message arrives in a chat, a thread and as a reply, and its id is told', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  const { place, written } = discord
  const question = place.message(place.general, place.alice, { content: 'question' })
  const id = await channel.send({ to: at.general, text: '**answer**', replyTo: question.id })
  await channel.send({ to: at.thread, text: 'in the thread' })
  const [answer] = written(place.general)
  assert.equal(answer?.id, id)
  assert.equal(answer?.content, '**answer**')
  assert.equal(answer?.message_reference?.message_id, question.id)
  assert.equal(written(place.thread)[0]?.content, 'in the thread')
})

test('a reply to what is gone is sent without the reference', async () => {
  await using made = await started()
  await made.channel.send({ to: made.at.dm, text: 'answer', replyTo: made.discord.place.id() })
  assert.equal(made.discord.written(made.discord.place.dm)[0]?.message_reference, undefined)
})

test('the words of a model call nobody but people by name', async () => {
  await using made = await started()
  await made.channel.send({ to: made.at.general, text: '@everyone look' })
  const [request] = made.discord.rest.of('POST', /messages$/)
  assert.deepEqual(request?.body['allowed_mentions'], { parse: ['users'], replied_user: true })
})

test('two sends with one key make one message', async () => {
  await using made = await started()
  const message = { to: made.at.dm, text: 'once', key: 'turn-1:piece-1-of-a-very-long-key-that-has-no-end' }
  const first = await made.channel.send(message)
  assert.equal(await made.channel.send(message), first)
  assert.equal(made.discord.written(made.discord.place.dm).length, 1)
  await made.channel.send({ ...message, key: 'another' })
  assert.equal(made.discord.written(made.discord.place.dm).length, 2)
  assert.equal(made.channel.keyed, true)
  assert.ok(nonceOf('x'.repeat(500)).length <= 25)
})

test('an answer that is lost after it took effect is uncertain; the same key again makes no second message', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  for (const outcome of ['drop-after', { status: 502, body: '<html>bad gateway</html>', after: true }] as const) {
    discord.rest.faults.push({ match: post, outcome })
    const before = discord.written(discord.place.dm).length
    const message = { to: at.dm, text: 'once', key: JSON.stringify(outcome) }
    assert.equal((await failureOf(channel.send(message))).kind, 'uncertain')
    assert.equal(await channel.send(message), discord.written(discord.place.dm).at(-1)?.id)
    assert.equal(discord.written(discord.place.dm).length, before + 1)
  }
})

test('nothing is repeated by itself', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  for (const outcome of [
    'drop',
    { status: 500, body: {} },
    { status: 429, headers: { 'retry-after': '1' }, body: {} },
  ] as const) {
    const before = discord.rest.of('POST', /messages$/).length
    discord.rest.faults.push({ match: post, outcome })
    await failureOf(channel.send({ to: at.dm, text: 'x' }))
    assert.equal(discord.rest.of('POST', /messages$/).length, before + 1)
  }
})

const api = (status: number, code: number): Fault['outcome'] => ({ status, body: { code, message: 'no' } })
const kinds: readonly (readonly [what: string, outcome: Fault['outcome'], kind: DeliveryKind])[] = [
  ['a channel that is gone', api(404, 10_003), 'gone'],
  ['no access', api(403, 50_001), 'gone'],
  ['no permission to write', api(403, 50_013), 'gone'],
  ['a person who takes no messages', api(403, 50_007), 'gone'],
  ['an unknown 403 of Discord', api(403, 99_999), 'gone'],
  ['a message that is not taken', api(400, 50_035), 'refused'],
  ['a file that is too large', api(413, 40_005), 'refused'],
  ['slow mode', api(400, 20_016), 'rate-limit'],
  ['a passing refusal', api(403, 40_333), 'not-sent'],
  ['a web page instead of Discord', { status: 403, body: '<html>blocked</html>' }, 'not-sent'],
  ['a broken connection', 'drop', 'uncertain'],
  ['a server error', { status: 503, body: '<html></html>' }, 'uncertain'],
]
test('a failed send tells what is known of the message', async () => {
  await using made = await started()
  for (const [what, outcome, kind] of kinds) {
    made.discord.rest.faults.push({ match: post, outcome })
    assert.equal((await failureOf(made.channel.send({ to: made.at.dm, text: 'x' }))).kind, kind, what)
  }
  const late = await failureOf(made.channel.send({ to: made.at.dm, text: 'x'.repeat(2_001) }))
  assert.equal(late.kind, 'refused')
  assert.equal((await failureOf(made.channel.send({ to: made.at.dm, text: ' ' }))).kind, 'refused')
})

test('what cannot reach Discord at all is surely not sent', async () => {
  await using made = await started()
  await made.discord.down()
  await eventually(() => made.channel.health?.().state === 'down')
  assert.equal((await failureOf(made.channel.send({ to: made.at.dm, text: 'x' }))).kind, 'not-sent')
  await made.discord.up()
})

test('a channel that is not running sends nothing', async () => {
  await using made = await bench()
  assert.equal((await failureOf(made.channel.send({ to: made.at.dm, text: 'x' }))).kind, 'not-sent')
})

test('a rate limit tells when to try again, and an empty bucket is not asked', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  discord.rest.perSecond = 2
  for (let sent = 0; sent < 2; sent += 1) await channel.send({ to: at.dm, text: `${sent}` })
  const before = discord.rest.of('POST', /messages$/).length
  const failure = await failureOf(channel.send({ to: at.dm, text: 'too many' }))
  assert.equal(failure.kind, 'rate-limit')
  assert.ok((failure.retryAfterMs ?? 0) > 0 && (failure.retryAfterMs ?? 0) < 2_000)
  assert.equal(discord.rest.of('POST', /messages$/).length, before)
  await new Promise((resolve) => setTimeout(resolve, failure.retryAfterMs))
  await channel.send({ to: at.dm, text: 'again' })
  discord.rest.perSecond = Infinity
  discord.rest.faults.push({
    match: post,
    outcome: {
      status: 429,
      headers: { 'retry-after': '7', 'x-ratelimit-scope': 'shared' },
      body: { retry_after: 6.5 },
    },
  })
  const long = await failureOf(channel.send({ to: at.general, text: 'x' }))
  assert.equal(long.kind, 'rate-limit')
  assert.ok((long.retryAfterMs ?? 0) >= 6_500 && (long.retryAfterMs ?? 0) < 8_000)
})

test('who obeys the rate limits is never told of one by Discord', async () => {
  await using made = await started()
  const { rest, place, written } = made.discord
  rest.perSecond = 20
  for (let sent = 0; sent < 50;) {
    try {
      await made.channel.send({ to: made.at.dm, text: `${sent}`, key: `key ${sent}` })
      sent += 1
    } catch (error) {
      assert.ok(error instanceof DeliveryFailure && error.kind === 'rate-limit')
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs))
    }
  }
  assert.equal(written(place.dm).length, 50)
  assert.equal(rest.limited, 0)
})

test('a revoked token ends the channel: nothing more is sent with it', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  discord.rest.token = 'another'
  assert.equal((await failureOf(channel.send({ to: at.dm, text: 'x' }))).kind, 'auth')
  await eventually(() => discord.gateway.open() === 0)
  const before = discord.rest.requests.length
  assert.equal((await failureOf(channel.send({ to: at.dm, text: 'x' }))).kind, 'auth')
  assert.equal(discord.rest.requests.length, before)
  assert.match(channel.health?.().why ?? '', /Reset Token/)
})

test('a message replaces one that is there, or is sent where that is gone', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  const id = await channel.send({ to: at.dm, text: 'wait' })
  assert.equal(await channel.send({ to: at.dm, text: 'done', replaces: id, attachments: [file('a.txt', 'A')] }), id)
  const other = await channel.send({ to: at.dm, text: 'new', replaces: discord.place.id() })
  assert.notEqual(other, id)
  assert.deepEqual(
    discord.written(discord.place.dm).map(({ content, attachments }) => [content, attachments.length]),
    [
      ['done', 1],
      ['new', 0],
    ],
  )
})

test('an archived thread takes no change, so that the answer is sent anew, which opens it', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  const id = await channel.send({ to: at.thread, text: 'half' })
  const archived: Fault = { match: /PATCH/, times: 2, outcome: api(400, 50_083) }
  discord.rest.faults.push(archived)
  assert.equal((await failureOf(Promise.resolve(channel.edit?.(at.thread, id, 'whole')))).kind, 'refused')
  assert.notEqual(await channel.send({ to: at.thread, text: 'whole', replaces: id }), id)
  assert.deepEqual(
    discord.written(discord.place.thread).map(({ content }) => content),
    ['half', 'whole'],
  )
  discord.rest.faults.push({ match: post, outcome: api(400, 50_083) })
  assert.equal((await failureOf(channel.send({ to: at.thread, text: 'locked' }))).kind, 'gone')
})

test('what was heard before a stop is answered after it, files and all', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  const { place } = discord
  const id = await channel.send({ to: at.dm, text: 'half' })
  discord.say(place.dm, 'look', {
    attachments: [place.attachment(discord.url, 'a.txt', 'text/plain', Buffer.from('A'))],
  })
  const [heard] = await made.hears(1)
  await channel.stop()
  assert.equal(channel.health?.().state, 'down')
  assert.equal(Buffer.from((await heard?.attachments[0]?.bytes()) ?? []).toString(), 'A')
  await channel.edit?.(at.dm, id, 'whole')
  await channel.send({ to: at.dm, text: 'more', attachments: [file('b.txt', 'B')] })
  assert.deepEqual(
    discord.written(place.dm).map(({ content }) => content),
    ['whole', 'more'],
  )
})

test('files go out with their bytes, names and words; one that cannot be read stops the message', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  await channel.send({ to: at.dm, text: 'two files', attachments: [file('ä b.txt', 'one'), file('b.bin', 'two')] })
  const [request] = discord.rest.of('POST', /messages$/)
  assert.deepEqual(
    request?.files.map(({ field, name, bytes }) => [field, name, bytes.toString()]),
    [
      ['files[0]', 'ä b.txt', 'one'],
      ['files[1]', 'b.bin', 'two'],
    ],
  )
  const broken = { ...file('c.txt', ''), bytes: () => Promise.reject(new Error('gone')) }
  assert.equal((await failureOf(channel.send({ to: at.dm, text: 'x', attachments: [broken] }))).kind, 'refused')
  assert.equal(discord.written(discord.place.dm).length, 1)
})

test('edits and reactions arrive', async () => {
  await using made = await started()
  const { discord, channel, at } = made
  const id = await channel.send({ to: at.thread, text: 'first' })
  await channel.edit?.(at.thread, id, 'second')
  assert.equal(discord.written(discord.place.thread)[0]?.content, 'second')
  await channel.react?.(at.thread, id, '👍')
  assert.equal(
    discord.rest.of('PUT', /reactions/)[0]?.path,
    `/channels/${discord.place.thread}/messages/${id}/reactions/${encodeURIComponent('👍')}/@me`,
  )
  const failure = await failureOf(Promise.resolve(channel.edit?.(at.thread, discord.place.id(), 'x')))
  assert.equal(failure.kind, 'refused')
})

test('“typing…” is shown at once and again until disposed', async () => {
  const { fakeClock } = await import('../../fakes/clock.ts')
  const clock = fakeClock()
  await using made = await started({
    clock: { now: clock.now, sleep: (ms, signal) => (ms === 8_000 ? clock.sleep(ms, signal) : Promise.resolve()) },
  })
  const shown = () => made.discord.rest.of('POST', /typing$/).length
  const typing = made.channel.typing?.(made.at.thread)
  await eventually(() => shown() === 1)
  await eventually(() => {
    void clock.advance(8_000)
    return shown() >= 2
  })
  typing?.[Symbol.dispose]()
  const before = shown()
  await clock.advance(80_000)
  assert.equal(shown(), before)
})

test('a long text is split into pieces that Discord takes', async () => {
  await using made = await started()
  const text = `${'word '.repeat(900)}\n\`\`\`js\n${'const a = 1\n'.repeat(300)}\`\`\``
  const pieces = made.channel.split?.(text) ?? []
  assert.ok(pieces.length > 3)
  for (const piece of pieces) await made.channel.send({ to: made.at.dm, text: piece })
})
