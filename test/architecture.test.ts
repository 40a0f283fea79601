import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'node:test'

/** Floors from the ground up. A folder imports from itself and from lower floors, never from a neighbour, never upward. */
const floors = [
  ['core'],
  ['kit'],
  ['models'],
  ['config'],
  [
    'access',
    'agent',
    'auth',
    'channels',
    'doctor',
    'gateway',
    'launch',
    'ledger',
    'migrate',
    'providers',
    'schedule',
    'store',
    'tools',
    'voice',
    'workspace',
  ],
  ['dispatch'],
  ['app'],
  ['cli'],
  ['main.ts'],
]
const rooms = floors[4] ?? []

const files = globSync('src/**/*.ts').sort()
const source = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
const room = (file: string) => file.split('/')[1] ?? ''
const floor = (file: string) => floors.findIndex((names) => names.includes(room(file)))
const importPattern = /(?:\bfrom\s+|\bimport\s*\(?\s*)'([^']+)'/g
const imports = files.flatMap((from) =>
  [...(source.get(from) ?? '').matchAll(importPattern)].map(([, to = '']) => ({ from, to })),
)
const edges = imports
  .filter(({ to }) => to.startsWith('.'))
  .map(({ from, to }) => ({ from, to: posix.join(posix.dirname(from), to) }))

test('every file stands on a floor', () => {
  assert.deepEqual(
    files.filter((file) => floor(file) < 0),
    [],
  )
})

test('imports only go down', () => {
  assert.deepEqual(
    edges.filter(({ from, to }) => room(from) !== room(to) && floor(to) >= floor(from)),
    [],
  )
})

test('dispatch and cli import no room; rooms meet in app', () => {
  assert.deepEqual(
    edges.filter(({ from, to }) => ['dispatch', 'cli'].includes(room(from)) && rooms.includes(room(to))),
    [],
  )
})

test('no file is in a circle', () => {
  const seen = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: readonly string[]): void => {
    assert.notEqual(seen.get(file), 'open', `circle: ${[...path, file].join(' → ')}`)
    if (seen.has(file)) return
    seen.set(file, 'open')
    for (const { to } of edges.filter((edge) => edge.from === file)) visit(to, [...path, file])
    seen.set(file, 'done')
  }
  for (const file of files) visit(file, [])
})

test('no file is longer than 400 lines', () => {
  assert.deepEqual(
    files.filter((file) => (source.get(file) ?? '').split('\n').length > 401),
    [],
  )
})

test('core imports no package', () => {
  assert.deepEqual(
    imports.filter(({ from, to }) => room(from) === 'core' && !to.startsWith('.')),
    [],
  )
})

test('each vendor SDK appears in one folder only', () => {
  const homes: Record<string, string> = {
    openai: 'src/providers/',
    '@anthropic-ai/sdk': 'src/providers/',
    telegraf: 'src/channels/telegram/',
    'discord.js': 'src/channels/discord/',
    hono: 'src/gateway/',
    'node:sqlite': 'src/store/',
    pino: 'src/app/',
    undici: 'src/kit/',
    zod: 'src/',
    '@modelcontextprotocol/sdk': 'src/tools/mcp/',
  }
  assert.deepEqual(
    imports.filter(({ from, to }) => {
      const home = Object.entries(homes).find(([name]) => to === name || to.startsWith(`${name}/`))?.[1]
      return home !== undefined && !from.startsWith(home)
    }),
    [],
  )
})

test('only config reads process.env; only the clock reads the time; nothing mutable lives at module level', () => {
  const found = files.flatMap((file) => {
    const text = source.get(file) ?? ''
    const breaches: string[] = []
    if (/\bprocess\.env\b/.test(text) && room(file) !== 'config') breaches.push('process.env')
    if (/\bDate\.now\(|\bnew Date\(\)/.test(text) && !file.endsWith('kit/clock.ts')) breaches.push('the time')
    if (/^(?:export )?let /m.test(text)) breaches.push('module-level let')
    return breaches.map((what) => `${file}: ${what}`)
  })
  assert.deepEqual(found, [])
})
