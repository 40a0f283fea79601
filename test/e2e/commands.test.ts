import assert from 'node:assert/strict'
import { test } from 'node:test'
import { terminal } from '../app/terminal.ts'
import { saying } from '../fakes/vendor-server.ts'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

const fresh = {
  '/help': /\/clear - begins/,
  '/usage': /Today: no model was asked/,
  '/why': /There is no turn yet/,
  '/context': /About [\d,]+ of [\d,]+ tokens/,
  '/list models': /- guide/,
  '/list skills': /- weather/,
  '/list mcp': /No MCP server/,
  '/show model': /Current model: guide/,
  '/budget': /No cap is set/,
  '/stop': /^Nothing/,
  '!help': /\/clear - begins/,
} as const

test('slash commands answer in an empty home, ask no model and show no hint about models', async () => {
  await using chat = await terminal(emptyHome(), { watch: false })
  for (const [command, expected] of Object.entries(fresh)) {
    const { stdout, stderr } = await chat.ask(command)
    assert.match(stdout, expected, command)
    assert.equal(stderr, '', command)
    assert.equal(chat.exitCode, 0, command)
  }
})

test('usage, why, skills and mcp tell of an empty home and of turns; a slash command exits with 0', async (context) => {
  const vendor = await saying('Hi.')
  context.after(() => vendor.close())
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      {
        model_name: 'm',
        model: 'openai/m',
        api_base: `${vendor.url}/v1`,
        api_key: 'sk-commands-key',
        price: { input: 1, output: 10 },
      },
    ],
  })
  const run = async (...args: readonly string[]) => picoclaw(args, { home })
  assert.equal((await run('usage')).code, 0)
  assert.match((await run('why')).stderr, /There is no turn yet/)
  assert.match((await run('skills', 'list')).stdout, /weather/)
  assert.match((await run('mcp', 'list')).stdout, /No MCP servers/)
  assert.equal((await run('agent', '-m', 'Hello')).code, 0)
  assert.match((await run('usage')).stdout, /chat\s+less than \$0\.0001\s+1\s+0\s+11\s+0\s+7/)
  const why = await run('why')
  assert.match(why.stdout, /Asked:\n {2}Hello[^]*openai\/m/)
  const slash = await run('agent', '-m', '/why')
  assert.deepEqual([slash.code, slash.stderr], [0, ''])
  assert.match(slash.stdout, /openai\/m/)
  assert.equal(vendor.seen.length, 1)
})
