import assert from 'node:assert/strict'
import { test } from 'node:test'
import { houseScene } from '../app/house-scene.ts'
import type { Said } from '../fakes/vendor-answer.ts'
import { modelsAsked, type Script, type Seen, vendorServer, type VendorServer } from '../fakes/vendor-server.ts'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

interface Vendors extends AsyncDisposable {
  /** Speaks chat completions; asked by `main`. */
  readonly north: VendorServer
  /** Speaks messages; asked by `writer`. */
  readonly south: VendorServer
  readonly home: string
}

type Answering = (seen: Seen) => Script | Promise<Script>
const down: Script = { status: 503, error: { error: { message: 'down', type: 'api_error' } } }

interface Setting {
  readonly bindings?: readonly object[]
  readonly rules?: readonly object[]
  /** The sub-agents of `main`. */
  readonly helpers?: object
}

/** Two agents on two vendors, each with a first model and one of its own to fall back to. */
async function vendors(
  north: Answering,
  south: Answering,
  { bindings = [], rules = [], helpers = {} }: Setting = {},
): Promise<Vendors> {
  const [one, two] = await Promise.all([vendorServer(north, { strict: true }), vendorServer(south, { strict: true })])
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      ...['north-1', 'north-2'].map((name) => ({
        model_name: name,
        model: `openai/${name}`,
        api_base: `${one.url}/v1`,
        api_key: 'sk-north-key',
      })),
      ...['south-1', 'south-2'].map((name) => ({
        model_name: name,
        model: `anthropic-messages/${name}`,
        api_base: two.url,
        api_key: 'sk-south-key',
      })),
    ],
    agents: {
      defaults: { model_name: 'north-1' },
      list: [
        {
          id: 'main',
          default: true,
          model: { primary: 'north-1', fallbacks: ['north-2'] },
          subagents: { allow_agents: ['writer'], ...helpers },
        },
        { id: 'writer', model: { primary: 'south-1', fallbacks: ['south-2'] } },
      ],
      dispatch: { rules },
    },
    bindings,
    channel_list: {
      telegram: { type: 'telegram', enabled: true, allow_from: ['p1'], settings: { token: '1:x' } },
      discord: { type: 'discord', enabled: true, allow_from: ['p1'], settings: { token: 'x' } },
    },
  })
  return {
    north: one,
    south: two,
    home,
    async [Symbol.asyncDispose]() {
      assert.deepEqual([...one.refused, ...two.refused], [])
      await Promise.all([one.close(), two.close()])
    },
  }
}

const asks = ({ body }: Seen): string => JSON.stringify((body['messages'] as readonly unknown[]).at(-1))
const firstIsDown =
  (answer: Answering): Answering =>
  (seen) =>
    seen.body.model?.endsWith('-1') ? down : answer(seen)

const ways = {
  bindings: { bindings: [{ agent_id: 'writer', match: { channel: 'discord' } }] },
  'dispatch rules': {
    rules: [{ name: 'support', agent: 'writer', when: { channel: 'telegram', chat: 'group:-100' } }],
  },
}
const places = {
  bindings: { at: { channel: 'discord', chat: 'c1' } },
  'dispatch rules': { at: { channel: 'telegram', chat: '-100' }, kind: 'group' },
} as const

for (const way of ['bindings', 'dispatch rules'] as const)
  test(`${way} choose the agent; each asks its own vendor and falls back to its own model`, async () => {
    await using around = await vendors(
      firstIsDown(() => 'from the north'),
      firstIsDown(() => 'from the south'),
      ways[way],
    )
    await using scene = await houseScene(around.home, ['telegram', 'discord'])
    const { telegram, discord } = scene.channels
    await telegram?.hear({ text: 'a direct message' })
    assert.deepEqual(await scene.texts('telegram', ({ length }) => length === 1), ['from the north'])
    const { channel } = places[way].at
    await (channel === 'discord' ? discord : telegram)?.hear({ text: 'for the writer', ...places[way] })
    const isThere = (texts: readonly string[]) => texts.at(-1) === 'from the south'
    assert.ok(await scene.texts(channel, isThere))
    assert.deepEqual(modelsAsked(around.north), ['north-1', 'north-2'])
    assert.deepEqual(modelsAsked(around.south), ['south-1', 'south-2'])
    assert.deepEqual(new Set(around.north.seen.map(({ key }) => key)), new Set(['sk-north-key']))
    assert.deepEqual(new Set(around.south.seen.map(({ key }) => key)), new Set(['sk-south-key']))
  })

const delegate: Said = { calls: [{ name: 'delegate', input: { agent_id: 'writer', task: 'Write a line on rain.' } }] }

test('one agent hands work to the other, which asks its own vendor and its own fallback', async () => {
  await using around = await vendors(
    (seen) => (asks(seen).includes('Agent writer answered') ? 'The writer says: it rains.' : delegate),
    firstIsDown(() => 'Rain falls softly.'),
  )
  const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'Have a line written.'], { home: around.home })
  assert.equal(code, 0, stderr)
  assert.equal(stdout, 'The writer says: it rains.\n')
  assert.deepEqual(modelsAsked(around.south), ['south-1', 'south-2'])
  assert.match(asks(around.south.seen[1] as Seen), /Write a line on rain\./)
  // The other agent knows nothing of the conversation.
  assert.ok(!JSON.stringify(around.south.seen[1]?.body).includes('Have a line written.'))
  assert.match(asks(around.north.seen[1] as Seen), /Rain falls softly\./)
})

test('an agent hands nothing to one it may not call, and is told why', async () => {
  await using around = await vendors(
    () => 'never asked',
    (seen) =>
      asks(seen).includes('not allowed')
        ? 'I may not.'
        : { calls: [{ name: 'delegate', input: { agent_id: 'main', task: 'anything' } }] },
  )
  const { code, stdout, stderr } = await picoclaw(['agent', '-s', 'agent:writer:main', '-m', 'Ask main.'], {
    home: around.home,
  })
  assert.equal(code, 0, stderr)
  assert.equal(stdout, 'I may not.\n')
  assert.deepEqual(modelsAsked(around.north), [])
  assert.match(asks(around.south.seen[1] as Seen), /allow_agents of writer/)
})

test('subagent waits for a helper of its own, on the model for helpers with its own fallback', async () => {
  await using around = await vendors(
    (seen) =>
      asks(seen).includes('Subagent task completed')
        ? 'The helper found it.'
        : { calls: [{ name: 'subagent', input: { task: 'Find it.', label: 'finder' } }] },
    firstIsDown(() => 'It is under the table.'),
    { helpers: { model: { primary: 'south-1', fallbacks: ['south-2'] } } },
  )
  const { code, stdout, stderr } = await picoclaw(['agent', '-m', 'Where is it?'], { home: around.home })
  assert.equal(code, 0, stderr)
  assert.equal(stdout, 'The helper found it.\n')
  assert.deepEqual(modelsAsked(around.south), ['south-1', 'south-2'])
})

test('what a background sub-agent found comes back as a message to the chat that asked', async () => {
  const done = Promise.withResolvers<void>()
  await using around = await vendors(
    (seen) => {
      const last = asks(seen)
      if (last.includes('has finished')) return 'It is ready: Rain falls softly.'
      return last.includes('Spawned subagent')
        ? 'It is being written.'
        : { calls: [{ name: 'spawn', input: { task: 'Write.', agent_id: 'writer', label: 'rain' } }] }
    },
    async () => {
      await done.promise
      return 'Rain falls softly.'
    },
  )
  await using scene = await houseScene(around.home, ['telegram', 'discord'])
  await scene.channels['telegram']?.hear({ text: 'Have it written in the background.' })
  assert.deepEqual(await scene.texts('telegram', ({ length }) => length === 1), ['It is being written.'])
  done.resolve()
  assert.deepEqual(await scene.texts('telegram', ({ length }) => length === 2), [
    'It is being written.',
    'It is ready: Rain falls softly.',
  ])
  assert.match(asks(around.north.seen.at(-1) as Seen), /Rain falls softly\./)
})
