import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assert as law, constantFrom, oneof, property, string, integer, boolean } from 'fast-check'
import type { Json } from '../../src/core/json.ts'
import { Problem } from '../../src/core/problem.ts'
import { addItem, setValue, unsetValue } from '../../src/config/edit.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { plain, pathText, type Path, type Tree } from '../../src/config/tree.ts'
import { children } from '../../src/config/walk.ts'
import { loadText } from './load-text.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'config')
const read = (...path: readonly string[]) => readFileSync(join(fixtures, ...path), 'utf8')
const texts = [
  read('commented.jsonc'),
  read('v0.2.4', 'config.json'),
  `\uFEFF${read('v0.2.9', 'config.json').replaceAll('\n', '\r\n')}`,
  read('seed', '18-full.json'),
]

const parsed = (text: string) => parseConfig({ path: 'config.json', text: text.replace(/^\uFEFF/, '') }).root

function* leaves(tree: Tree, path: Path = []): Generator<{ path: Path; tree: Tree }> {
  if (tree.kind === 'scalar') yield { path, tree }
  for (const [key, value] of children(tree)) yield* leaves(value, [...path, key])
}

const scalars = texts.flatMap((text) =>
  [...leaves(parsed(text))].filter(({ path }) => !freeOrOld(path)).map(({ path, tree }) => ({ text, path, tree })),
)

/** Paths whose spelling says something else than the place they are kept at. */
function freeOrOld(path: Path): boolean {
  return path.some((key) => key === 'providers') || typeof path.at(-1) === 'number'
}

const anything = oneof(string(), integer(), boolean(), constantFrom('é "quoted" \\ \n', ''))

test('setting a key changes its value and no other byte', () => {
  law(
    property(constantFrom(...scalars), anything, ({ text, path, tree }, value) => {
      const changed = setValue(text, pathText(path), value)
      assert.ok(tree.origin.kind === 'file')
      const mark = text.startsWith('\uFEFF') ? 1 : 0
      const { start, end } = tree.origin
      assert.equal(changed.slice(0, start + mark), text.slice(0, start + mark))
      assert.equal(changed.slice(changed.length - (text.length - mark - end)), text.slice(end + mark))
      assert.equal(changed.slice(start + mark, changed.length - (text.length - mark - end)), JSON.stringify(value))
    }),
    { numRuns: 150 },
  )
})

/** What stands at a path of a text. */
function standing(text: string, path: Path): Json | undefined {
  let here: Json | undefined = plain(parsed(text))
  for (const key of path) here = (here as Record<string, Json> | undefined)?.[key]
  return here
}

/** Whether one text is another with something put in at one or two places. */
function grewFrom(before: string, after: string): boolean {
  let at = 0
  for (const sign of before) {
    at = after.indexOf(sign, at) + 1
    if (at === 0) return false
  }
  return true
}

test('a new key is put in and everything else stays', () => {
  const places = [
    'gateway.public_url',
    'tools.exec.timeout_seconds',
    'voice.tts_model_name',
    'agents.defaults.image_model',
    'heartbeat.interval',
    'launch.modes.local.model',
    'aliases.fast',
    'model_list[0].proxy',
    'channel_list.telegram.settings.proxy',
    'channels.discord.allow_from',
    'tools.web.tavily.base_url',
  ]
  law(
    property(constantFrom(...texts), constantFrom(...places), string({ minLength: 1 }), (text, key, value) => {
      if (key.startsWith('model_list') && !text.includes('model_list')) return
      const changed = setValue(text, key, value)
      if (standing(text, key.split('.')) === undefined)
        assert.ok(grewFrom(text, changed) || !text.includes('\n'), changed)
      assert.deepEqual(parseConfig({ path: 'c', text: changed.replace(/^\uFEFF/, '') }).warnings, [])
    }),
    { numRuns: 100 },
  )
})

test('what was put in can be taken out again, comments and all', async () => {
  const text = read('commented.jsonc')
  const added = setValue(text, 'gateway.public_url', 'https://example.com')
  assert.equal((await loadText(added)).config.gateway.public_url, 'https://example.com')
  assert.equal(unsetValue(added, 'gateway.public_url'), text)
  const without = unsetValue(text, 'model_list.gpt-5.4.request_timeout')
  assert.equal(without, text.replace('      "request_timeout": 300,\n', ''))
})

const comments = (text: string) => [...text.matchAll(/\/\/ .*/g)].map(([comment]) => comment)

test('taking keys out one after the other always leaves a config', () => {
  law(
    property(constantFrom(...scalars), ({ text, path }) => {
      const changed = unsetValue(text, pathText(path))
      assert.equal(standing(changed, path), undefined)
      assert.deepEqual(comments(changed), comments(text))
      assert.deepEqual(parseConfig({ path: 'c', text: changed.replace(/^\uFEFF/, '') }).warnings, [])
    }),
    { numRuns: 100 },
  )
})

test('an older spelling is changed where it stands', () => {
  const old =
    '{\n  "agents": { "defaults": { "model": { "primary": "a" } } },\n  "channels": { "telegram": { "token": "x" } }\n}\n'
  assert.equal(setValue(old, 'agents.defaults.model_name', 'b'), old.replace('"a"', '"b"'))
  assert.equal(setValue(old, 'channel_list.telegram.settings.token', 'y'), old.replace('"x"', '"y"'))
  assert.equal(
    setValue(old, 'channel_list.telegram.settings.proxy', 'p'),
    old.replace('"token": "x"', '"token": "x", "proxy": "p"'),
  )
  const rows = '{ "model_list": [{ "model_name": "a.b", "model": "openai/a", "api_key": "k" }] }'
  assert.equal(setValue(rows, 'model_list.a.b.api_key', 'z'), rows.replace('"k"', '"z"'))
  assert.equal(
    setValue(rows, 'model_list[0].api_keys', ['y', 'z']),
    rows.replace('"api_key": "k"', '"api_keys": ["y", "z"]'),
  )
  const dimensions = '{ "session": { "dimensions": ["sender"] } }'
  assert.equal(setValue(dimensions, 'session.dm_scope', 'main'), '{ "session": { "dm_scope": "main" } }')
})

test('an item goes to the end of a list', () => {
  const text = '{\n  "model_list": [\n    { "model_name": "a", "model": "openai/a" }, // mine\n  ],\n}\n'
  assert.equal(
    addItem(text, 'model_list', { model_name: 'b', model: 'openai/b' }),
    text.replace('// mine\n', '// mine\n    {\n      "model_name": "b",\n      "model": "openai/b"\n    },\n'),
  )
  assert.equal(addItem('', 'owners', 'telegram:1'), '{\n  "owners": ["telegram:1"]\n}\n')
})

test('a page or a chat cannot bring in a command', () => {
  const remote = { trust: 'remote' } as const
  assert.throws(() => setValue('{}', 'gateway.static_token', 'exec://cat /etc/passwd', remote), Problem)
  assert.throws(() => setValue('{}', 'model_list', [{ api_key: ' exec://x' }], remote), Problem)
  assert.match(setValue('{}', 'gateway.static_token', 'exec://pass show x'), /exec/)
})

test('a key that nobody knows is refused with the nearest', () => {
  assert.throws(
    () => setValue('{}', 'gateway.prot', 1),
    (error: unknown) => error instanceof Problem && /port/.test(error.detail.mend ?? ''),
  )
})
