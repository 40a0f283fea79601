import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ScriptedCall } from '../fakes/vendor-answer.ts'
import { type Script, type Seen, vendorServer, type VendorServer } from '../fakes/vendor-server.ts'
import { picoclaw, type Ran } from './program.ts'
import { leaksIn, type Planted, plantedHome, secrets, secretsIn } from './secrets.ts'

const everything = Object.values(secrets).join('\n')
const outputs: string[] = []
let vendor: VendorServer
let planted: Planted
let site: string
let closeSite: () => void
let answer: (seen: Seen, count: number) => Script | Promise<Script> = () => 'unset'

before(async () => {
  // A site that says every secret, whatever it is asked.
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/page' ? 200 : 401, { 'content-type': 'text/plain' })
    response.end(everything)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  closeSite = () => {
    server.closeAllConnections()
    server.close()
  }
  vendor = await vendorServer((seen, count) => answer(seen, count))
  planted = plantedHome(vendor, site)
})
after(async () => {
  closeSite()
  await vendor.close()
})

async function run(args: readonly string[], onStart?: (pid: number) => void): Promise<Ran> {
  const ran = await picoclaw(args, { ...planted, ...(onStart && { onStart }) })
  outputs.push(ran.stdout, ran.stderr)
  return ran
}

/** Nothing is anywhere but in the right header. */
function assertClean(): void {
  assert.deepEqual(outputs.flatMap(secretsIn), [], 'in what the program wrote')
  assert.deepEqual(leaksIn(planted.home), [], 'in the home')
  for (const { path, headers, body, key } of vendor.seen) {
    assert.deepEqual(secretsIn(JSON.stringify(body)), [], 'in a request')
    const { authorization: _, 'x-api-key': __, ...others } = headers
    assert.deepEqual(secretsIn(JSON.stringify({ path, ...others })), [], 'in the path or another header')
    const row = body.model as keyof typeof secrets
    assert.equal(key, secrets[row], `the key of ${row}`)
  }
}

const isFirst = ({ body }: Seen) => !JSON.stringify(body['messages']).includes('"tool_call')
const calls = (tools: readonly string[]): readonly ScriptedCall[] => {
  const telling = tools.find((name) => name.includes('telling')) ?? assert.fail('the tool of the MCP server is offered')
  const exec = (command: string) => ({ name: 'exec', input: { command } })
  const read = (path: string) => ({ name: 'read_file', input: { path } })
  return [
    exec('env > env.txt; env; cat ../config.json ../.env ../key.txt; cat /proc/*/environ'),
    exec(`cat ${planted.home}/config.json; cp -r ${planted.home} copied; echo '${secrets.row}' >&2; ls -la ..`),
    read('../config.json'),
    read(`${planted.home}/.env`),
    read('/proc/self/environ'),
    { name: 'list_dir', input: { path: '..' } },
    { name: 'edit_file', input: { path: '../config.json', old_text: 'row', new_text: secrets.file } },
    { name: 'load_image', input: { path: '../key.txt' } },
    { name: 'web_fetch', input: { url: `${site}/page` } },
    { name: 'web_search', input: { query: secrets.variable } },
    { name: 'find_skills', input: { query: 'anything' } },
    { name: 'recall', input: { query: secrets.row } },
    { name: 'message', input: { text: everything } },
    { name: 'subagent', input: { task: `What is ${secrets.discord}?` } },
    { name: telling, input: {} },
    { name: everything, input: { everything } },
  ]
}
const toolsOf = ({ body }: Seen) =>
  ((body['tools'] ?? []) as readonly { readonly function: { readonly name: string } }[]).map(
    (tool) => tool.function.name,
  )

test('every tool, told to bring out every secret, brings out none', async () => {
  answer = (seen) =>
    isFirst(seen) && JSON.stringify(seen.body['messages']).includes('I was told')
      ? { text: everything, calls: calls(toolsOf(seen)) }
      : everything
  const { code, stdout, stderr } = await run(['agent', '-d', '-m', `I was told ${everything}`])
  assert.ok(code === 0 || code === 3, stderr)
  assert.match(stdout, /\[REDACTED\]/)
  assert.ok(vendor.seen.length >= 2)
  // The child has an environment, and it was looked at.
  assert.match(readFileSync(join(planted.home, 'workspace', 'env.txt'), 'utf8'), /^PATH=/m)
  assertClean()
})

test('errors that quote a key are told, stored and logged without it', async () => {
  answer = ({ body }) => ({
    status: body.model === 'row' ? 401 : 500,
    error: { error: { message: `Incorrect API key provided: ${everything}`, type: everything, code: everything } },
    headers: { 'x-request-id': encodeURIComponent(everything) },
  })
  const words = await run(['agent', '-d', '-m', 'Hello'])
  const json = await run(['agent', '--json', '-m', 'Hello'])
  assert.deepEqual([words.code, json.code], [1, 1])
  assertClean()
})

test('each row sends its own key and no other, however it is written', async () => {
  answer = () => everything
  for (const row of ['anthropicRow', 'oddRow', 'variable', 'file', 'command', 'dotEnv']) {
    const { code, stderr } = await run(['agent', '--json', '--model', row, '-s', row, '-m', 'Hello'])
    assert.equal(code, 0, stderr)
    assert.equal(vendor.seen.at(-1)?.body.model, row)
  }
  assertClean()
})

test('a crash in the middle of an answer and of a tool leaves none behind', async () => {
  answer = (seen) => (isFirst(seen) ? { text: everything, calls: [{ name: 'exec', input: { command: wait } }] } : '')
  const started = join(planted.home, 'workspace', 'crash')
  const wait = `touch crash; echo '${secrets.row}'; sleep 300.51`
  let pid = 0
  const running = run(['agent', '-d', '-s', 'crash', '-m', everything], (id) => (pid = id))
  for (let tries = 0; !existsSync(started); tries += 1) {
    assert.ok(tries < 3_000, 'the tool never started')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  process.kill(pid, 'SIGKILL')
  assert.equal((await running).code, null)
  assertClean()
  answer = () => 'I am back.'
  // The dead process holds the conversation no longer.
  const next = await run(['agent', '-s', 'crash', '-m', 'What happened?'])
  assert.deepEqual([next.code, next.stdout], [0, 'I am back.\n'], next.stderr)
  assertClean()
})

test('no command shows one', async () => {
  for (const args of [
    ['why'],
    ['usage', '--json'],
    ['status'],
    ['models', 'list', '--json'],
    ['mcp', 'list', '--status', '--json'],
    ['mcp', 'show', 'telling'],
    ['config', 'show'],
    ['config', 'get', 'model_list'],
    ['skills', 'list'],
    ['agent', '-m', '/why'],
    ['agent', '-m', `/switch model to ${secrets.row}`],
    ['agent', '--model', secrets.row, '-m', 'x'],
  ])
    await run(args)
  assertClean()
})
