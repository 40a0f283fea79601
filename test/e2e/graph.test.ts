import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { saying } from '../fakes/vendor-server.ts'
import { emptyHome, writeConfig } from './program.ts'

interface Chunk {
  readonly file: string
  readonly modules: readonly string[]
}

/** The source modules that a run of the built program really loaded: the bundle's own list, narrowed to the files that were read. */
async function modulesLoaded(args: readonly string[], home: string): Promise<readonly string[]> {
  const record = join(mkdtempSync(join(tmpdir(), 'picoclaw-graph-')), 'loaded')
  const hook = `data:text/javascript,${encodeURIComponent(
    `import { registerHooks } from 'node:module'; import { appendFileSync } from 'node:fs'
     registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(record)}, url + '\\n'); return next(url, context) } })`,
  )}`
  const child = spawn(process.execPath, ['--import', hook, 'dist/main.js', ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, PICOCLAW_HOME: home },
    stdio: 'ignore',
  })
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0)
  const urls = readFileSync(record, 'utf8').split('\n')
  const graph = JSON.parse(readFileSync('dist/graph.json', 'utf8')) as readonly Chunk[]
  const chunks = graph.filter((chunk) => urls.some((url) => url.endsWith(`/dist/${chunk.file}`)))
  return [...chunks.flatMap((chunk) => chunk.modules), ...urls.filter((url) => url.startsWith('node:'))]
}

const packages = (modules: readonly string[]) =>
  new Set(modules.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []))

for (const [protocol, model, own, other] of [
  ['chat completions', 'openai/m', 'openai', '@anthropic-ai/sdk'],
  ['messages', 'anthropic-messages/m', '@anthropic-ai/sdk', 'openai'],
] as const)
  test(`one answer over ${protocol} loads one SDK and nothing that nobody configured`, async () => {
    const vendor = await saying('Hello')
    const home = emptyHome()
    const api_base = own === 'openai' ? `${vendor.url}/v1` : vendor.url
    writeConfig(home, { model_list: [{ model_name: 'm', model, api_base, api_key: 'sk-graph-key' }] })
    const loaded = packages(await modulesLoaded(['agent', '-m', 'Hello'], home))
    await vendor.close()
    assert.ok(loaded.has(own), [...loaded].join(', '))
    for (const absent of [
      other,
      'telegraf',
      'discord.js',
      'hono',
      '@hono/node-server',
      '@modelcontextprotocol/sdk',
      '@mozilla/readability',
      'croner',
      'linkedom',
      'marked',
      'minisearch',
      'pino',
      'turndown',
      'undici',
      'yaml',
    ])
      assert.ok(!loaded.has(absent), `${absent} was loaded`)
  })

test('the version needs no SDK, no schema and no database', async () => {
  const modules = await modulesLoaded(['version'], emptyHome())
  assert.deepEqual([...packages(modules)], [])
  assert.ok(!modules.includes('node:sqlite'))
})
