import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { assistant } from '../../src/app/desk/desk.ts'
import { openHouse } from '../../src/app/house.ts'
import { environment } from '../../src/config/environment.ts'
import type { InboundMessage, OutboundMessage } from '../../src/core/channel.ts'
import { fakeChannel } from '../fakes/channel.ts'
import { order, written } from '../security/obedient.ts'
import { eventually } from '../tools/mcp/servers.ts'
import { obedientModel } from './obedient-model.ts'
import { writeConfig } from './program.ts'

const owner = { id: 'boss', name: 'Boss' }
const member = { id: 'mem', name: 'Mem' }
const touch = (name: string) => written(order('exec', { command: `touch ${name}` }))

/** A home without a sandbox, on which processes may follow one another. */
async function ground() {
  const model = await obedientModel()
  const home = mkdtempSync(join(tmpdir(), 'picoclaw-e2e-approvals-'))
  const workspace = join(home, 'workspace')
  mkdirSync(workspace)
  writeConfig(home, {
    owners: ['chat:boss'],
    channel_list: { chat: { type: 'telegram', enabled: true, allow_from: ['mem'], settings: { token: '1:a' } } },
    model_list: [{ model_name: 'm', model: 'openai/obedient', api_base: `${model.url}/v1`, api_key: 'sk-obedient-1' }],
    agents: { defaults: { workspace, model_name: 'm' } },
    sandbox: { mode: 'off' },
  })
  return {
    home,
    has: (name: string) => existsSync(join(workspace, name)),
    async [Symbol.asyncDispose]() {
      await model[Symbol.asyncDispose]()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** One process of it. */
async function desk(home: string) {
  const sent: OutboundMessage[] = []
  let ended = 0
  const channel = fakeChannel({ name: 'chat', onSend: (_, message) => void sent.push(message) })
  const house = await openHouse({
    environment: environment({ HOME: home, PICOCLAW_HOME: home, PATH: process.env['PATH'] ?? '' }),
    write: () => undefined,
    debug: false,
  })
  const { road } = assistant(house, {
    stream: false,
    stays: true,
    channels: () => ['chat'],
    async ended() {
      ended += 1
    },
  })
  const requests = () =>
    sent.flatMap(({ text, to }) => {
      const [, code] = /^\*\*May I use[^]*\/approve (\w[\w-]*)/.exec(text) ?? []
      return code === undefined ? [] : [{ code, text, chat: to.chat }]
    })
  return {
    channel,
    road,
    sent,
    requests,
    start: async () => {
      await road.open(channel)
      await channel.start(road.receiver(channel))
    },
    say: (text: string, more: Partial<InboundMessage> = {}) =>
      channel.hear({
        text,
        from: owner,
        at: { channel: 'chat', chat: 'boss' },
        ...more,
        id: `${sent.length}-${text.slice(0, 20)}-${more.from?.id ?? ''}`,
      }),
    /** The nth request for an owner's word, from 1. */
    async request(count: number) {
      await eventually(() => requests().length >= count, `request ${count}`)
      return requests()[count - 1] ?? assert.fail()
    },
    turns: (count: number) => eventually(() => ended >= count, `the end of turn ${count}`),
    async [Symbol.asyncDispose]() {
      await road.drain(0)
      await house.close()
    },
  }
}

test('a command without a sandbox is asked for with its exact words, runs once for one word, and not at all when denied', async () => {
  await using place = await ground()
  await using it = await desk(place.home)
  await it.start()
  await it.say(touch('first'))
  const { code, text, chat } = await it.request(1)
  assert.match(text, /There is no sandbox/)
  assert.match(text, /touch first/)
  assert.equal(chat, 'boss')
  assert.equal(place.has('first'), false)
  await it.say(`/approve ${code}`)
  await it.turns(1)
  assert.equal(place.has('first'), true)

  await it.say(touch('second'))
  const second = await it.request(2)
  await it.say(`/approve ${code}`)
  await eventually(() => it.sent.some((message) => /decided already/.test(message.text)), 'the refusal of a used code')
  assert.equal(place.has('second'), false)
  await it.say(`/deny ${second.code}`)
  await it.turns(2)
  assert.equal(place.has('second'), false)
})

test('always holds for the same command in the same conversation, and for no other', async () => {
  await using place = await ground()
  await using it = await desk(place.home)
  await it.start()
  await it.say(touch('same'))
  await it.say(`/approve ${(await it.request(1)).code} always`)
  await it.turns(1)
  rmSync(join(place.home, 'workspace', 'same'))
  await it.say(touch('same'))
  await it.turns(2)
  assert.equal(place.has('same'), true)
  assert.equal(it.requests().length, 1)
  await it.say(touch('other'))
  await it.say(`/deny ${(await it.request(2)).code}`)
  await it.turns(3)
  assert.equal(place.has('other'), false)
})

test('a request outlives the process: the next one shows it once more, and the old code still decides it', async () => {
  await using place = await ground()
  let code = ''
  {
    await using it = await desk(place.home)
    await it.start()
    await it.say(touch('later'))
    ;({ code } = await it.request(1))
  }
  assert.equal(place.has('later'), false)
  await using it = await desk(place.home)
  await it.start()
  await it.say(`/approve ${code}`)
  await it.turns(1)
  assert.equal(place.has('later'), true)
  assert.ok(it.requests().every((request) => request.code === code))
})

test('a member’s command is asked of the owner, in the owner’s chat; the member’s own word counts for nothing', async () => {
  await using place = await ground()
  await using it = await desk(place.home)
  await it.start()
  await it.say('I am here.')
  await it.turns(1)
  const at = { channel: 'chat', chat: 'mem' }
  await it.say(touch('wanted'), { from: member, at })
  const { code, chat } = await it.request(1)
  assert.equal(chat, 'boss')
  await it.say(`/approve ${code}`, { from: member, at })
  await eventually(() => it.sent.some(({ text, to }) => to.chat === 'mem' && /Only an owner/.test(text)), 'the refusal')
  assert.equal(place.has('wanted'), false)
  await it.say(`/approve ${code}`)
  await it.turns(2)
  assert.equal(place.has('wanted'), true)
})

test('a turn of the schedule asks in the owner’s chat and does what the owner allows', async () => {
  await using place = await ground()
  await using it = await desk(place.home)
  await it.start()
  await it.say('I am here.')
  await it.turns(1)
  await it.road.arrived(it.channel, {
    id: 'job-1',
    from: owner,
    at: { channel: 'chat', chat: 'elsewhere' },
    kind: 'direct',
    text: touch('nightly'),
    attachments: [],
    addressed: true,
    due: { cause: 'cron', name: 'nightly', role: 'owner' },
  })
  const { code, chat } = await it.request(1)
  assert.equal(chat, 'boss')
  await it.say(`/approve ${code}`)
  await it.turns(2)
  assert.equal(place.has('nightly'), true)
})

test('without an owner who was ever seen there is nobody to ask, and it is not done', async () => {
  await using place = await ground()
  await using it = await desk(place.home)
  await it.start()
  await it.say(touch('alone'), { from: member, at: { channel: 'chat', chat: 'mem' } })
  await it.turns(1)
  assert.equal(place.has('alone'), false)
  assert.equal(it.requests().length, 0)
})
