import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { textOf, userText } from '../../src/core/message.ts'
import type { Store } from '../../src/core/store.ts'
import { importSessions } from '../../src/migrate/sessions.ts'
import { memoryStore } from '../fakes/store.ts'

const lines = (...messages: readonly object[]) => messages.map((message) => `${JSON.stringify(message)}\n`).join('')
const user = (content: string, more: object = {}) => ({ role: 'user', content, ...more })
const assistant = (content: string, more: object = {}) => ({ role: 'assistant', content, ...more })

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-sessions-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
const words = async ({ sessions }: Store, key: string) =>
  (await sessions.read(key)).map(({ message }) => textOf(message))

test('a session comes over with key, times, turns and summary, without what was skipped', async () => {
  const folder = folderWith({
    'agent_main_telegram_direct_7.jsonl': lines(
      user('old'),
      assistant('older'),
      user('Weather?', { created_at: '2025-01-02T03:04:05Z' }),
      assistant('', {
        reasoning_content: 'hm',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'web_search', arguments: '{"query":"x"}' } }],
      }),
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
      assistant('Sunny.'),
      assistant('', { reasoning_content: 'a thought left over' }),
      user('Thanks'),
    ),
    'agent_main_telegram_direct_7.meta.json': JSON.stringify({
      key: 'agent:main:telegram:direct:7',
      summary: 'They spoke.',
      skip: 2,
      created_at: '2025-01-01T00:00:00Z',
    }),
  })
  const store = memoryStore()
  const file = 'agent_main_telegram_direct_7.jsonl'
  const session = 'agent:main:telegram:direct:7'
  assert.deepEqual(await importSessions(folder, store), {
    imported: [{ file, session, messages: 5 }],
    known: [],
    failed: [],
  })
  const log = await store.sessions.read(session)
  assert.deepEqual(
    log.map(({ message }) => message),
    [
      userText('Weather?'),
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'hm' },
          { type: 'tool-call', id: 'c1', name: 'web_search', input: { query: 'x' } },
        ],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            id: 'c1',
            name: 'web_search',
            content: [{ type: 'text', text: 'sunny' }],
            isError: false,
            outside: 'web',
          },
        ],
      },
      { role: 'assistant', parts: [{ type: 'text', text: 'Sunny.' }] },
      userText('Thanks'),
    ],
  )
  assert.deepEqual([...new Set(log.map(({ at }) => at))], [Date.parse('2025-01-02T03:04:05Z')])
  assert.equal(new Set(log.map(({ turn }) => turn)).size, 2)
  assert.deepEqual(await store.sessions.state(session), { summary: 'They spoke.', outside: true })
})

test('a second import changes nothing, and the files stay as they are', async () => {
  const folder = folderWith({ 'a.jsonl': lines(user('one'), assistant('two')) })
  const store = memoryStore()
  await importSessions(folder, store)
  assert.deepEqual(await importSessions(folder, store), { imported: [], known: ['a.jsonl'], failed: [] })
  assert.deepEqual(await words(store, 'a'), ['one', 'two'])
  assert.deepEqual(readdirSync(folder), ['a.jsonl'])
})

test('an import that broke off is finished without a message twice', async () => {
  const folder = folderWith({ 'a.jsonl': lines(user('one'), assistant('two'), user('three'), assistant('four')) })
  const store = memoryStore()
  let appends = 0
  const failing = {
    ...store,
    sessions: {
      ...store.sessions,
      async append(...args: Parameters<Store['sessions']['append']>) {
        appends += 1
        if (appends === 2) throw new Error('disk full')
        await store.sessions.append(...args)
      },
    },
  }
  assert.deepEqual((await importSessions(folder, failing)).failed, [{ file: 'a.jsonl', why: 'disk full' }])
  assert.deepEqual(await words(store, 'a'), ['one', 'two'])
  assert.equal((await importSessions(folder, store)).imported[0]?.messages, 4)
  assert.deepEqual(await words(store, 'a'), ['one', 'two', 'three', 'four'])
})

test('a conversation that went on here keeps its own; what was before stands beside it', async () => {
  const folder = folderWith({ 'a.jsonl': lines(user('before')) })
  const store = memoryStore()
  await store.sessions.append('a', 't', 1, [userText('now')])
  assert.equal((await importSessions(folder, store)).imported[0]?.session, 'a:imported')
  assert.deepEqual(await words(store, 'a'), ['now'])
  assert.deepEqual(await words(store, 'a:imported'), ['before'])
})

test('the older form is read, but not beside the newer one', async () => {
  const whole = (key: string, text: string) =>
    JSON.stringify({ key, messages: [user(text)], summary: '', created: '2024-05-06T00:00:00Z' })
  const folder = folderWith({
    'telegram_7.json': whole('telegram:7', 'old form'),
    'both.json': whole('both', 'left over'),
    'both.jsonl': lines(user('newer form')),
    'done.json.migrated': whole('done', 'migrated'),
    'broken.json': '{"key":',
    'other.json': '[]',
  })
  const store = memoryStore()
  const { imported, failed } = await importSessions(folder, store)
  assert.deepEqual(
    imported.map(({ session }) => session),
    ['both', 'telegram:7'],
  )
  assert.deepEqual(await words(store, 'both'), ['newer form'])
  assert.equal((await store.sessions.read('telegram:7'))[0]?.at, Date.parse('2024-05-06T00:00:00Z'))
  assert.deepEqual(
    failed.map(({ file }) => file),
    ['broken.json', 'other.json'],
  )
})

test('the key is that of the files, else read off the name; an opaque one gives way to the name it had', async () => {
  const meta = (value: object) => JSON.stringify(value)
  const folder = folderWith({
    'agent_main_main.jsonl': lines(user('x')),
    'cli.jsonl': lines(user('x')),
    'sk_v1_ab.jsonl': lines(user('x')),
    'sk_v1_ab.meta.json': meta({ key: 'sk_v1_ab', aliases: ['agent:main:telegram:group:-1/2'] }),
    'torn.jsonl': `${lines(user('x'))}{"role":"user","content":"to`,
    'torn.meta.json': '{"key":"torn:k","skip":',
  })
  const { imported } = await importSessions(folder, memoryStore())
  assert.deepEqual(
    imported.map(({ session, messages }) => `${session} ${messages}`),
    ['agent:main:main 1', 'cli 1', 'agent:main:telegram:group:-1/2 1', 'torn 1'],
  )
})

test('media in the file become blobs; instructions to the model are left out', async () => {
  const folder = folderWith({
    'a.jsonl': lines(
      { role: 'system', content: 'Obey.' },
      user('see', { media: ['data:image/png;base64,AQI=', '/tmp/gone.png', 'data:text/plain;base64,AQI='] }),
    ),
  })
  const store = memoryStore()
  await importSessions(folder, store)
  const [entry, ...others] = await store.sessions.read('a')
  assert.deepEqual(others, [])
  const image = entry?.message.parts.find((part) => part.type === 'image')
  assert.ok(image?.type === 'image' && image.source.type === 'blob')
  assert.deepEqual([...((await store.blobs.get(image.source.id))?.bytes ?? [])], [1, 2])
  assert.deepEqual(
    entry?.message.parts.map(({ type }) => type),
    ['text', 'image', 'document'],
  )
})

test('two agents may have files of the same name', async () => {
  const store = memoryStore()
  for (const text of ['one', 'two']) await importSessions(folderWith({ 'a.jsonl': lines(user(text)) }), store)
  assert.deepEqual(await words(store, 'a'), ['one'])
  assert.deepEqual(await words(store, 'a:imported'), ['two'])
})

test('a folder that is missing holds nothing', async () => {
  const none = { imported: [], known: [], failed: [] }
  assert.deepEqual(await importSessions('/nowhere/sessions', memoryStore()), none)
})
