import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { emptyHome, picoclaw, writeConfig } from './program.ts'
import { type Seen, vendorServer, type VendorServer } from '../fakes/vendor-server.ts'
import type { Said } from '../fakes/vendor-answer.ts'

const before = 'package main\n\nfunc main() {}\n'
const after = 'package main\n\n// main does nothing yet.\nfunc main() {}\n'
const four = ['bash', 'edit_file', 'read_file', 'write_file']
const task = 'Add a docstring to main.go'

/** A checkout as somebody has it: one commit, nothing changed. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-checkout-'))
  writeFileSync(join(folder, 'main.go'), before)
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder })
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'first')
  return folder
}

const usage = { input: 100, output: 10, cached: 40 }
/** What a model that does the job says, one answer after another. */
const steps: readonly Said[] = [
  { text: 'I read it first.', calls: [{ name: 'read_file', input: { path: 'main.go' } }], usage },
  {
    calls: [
      {
        name: 'edit_file',
        input: { path: 'main.go', old_text: 'func main', new_text: '// main does nothing yet.\nfunc main' },
      },
    ],
    usage,
  },
  { text: 'main.go has a docstring now.', usage },
]

interface Format {
  readonly protocol: string
  readonly model: string
  base(server: VendorServer): string
  executor(server: VendorServer): object
}

interface Offered {
  readonly name?: string
  readonly function?: { readonly name: string }
}
/** Names of the tools that were offered. */
const namesOf = ({ body }: Seen) =>
  ((body['tools'] ?? []) as readonly Offered[]).map((tool) => tool.name ?? tool.function?.name ?? '').toSorted()

const formats: readonly Format[] = [
  {
    protocol: 'openai-api',
    model: 'openai/coder-1',
    base: ({ url }) => `${url}/v1`,
    executor: ({ url }) => ({
      executor: {
        type: 'openai-api',
        openai: { api_key: 'sk-executor-key', base_url: `${url}/v1`, model: 'coder-1' },
      },
    }),
  },
  {
    protocol: 'anthropic-api',
    model: 'anthropic-messages/coder-1',
    base: ({ url }) => url,
    executor: ({ url }) => ({
      executor: {
        type: 'anthropic-api',
        anthropic: { api_key: 'sk-executor-key', base_url: url, model: 'coder-1' },
      },
    }),
  },
]

async function doTask(config: (server: VendorServer) => object, extra: readonly string[] = []) {
  const server = await vendorServer((_, count) => steps[count] ?? 'beyond the script', { strict: true })
  const folder = checkout()
  const home = emptyHome()
  writeConfig(home, config(server))
  const ran = await picoclaw(['agent', '--workspace', folder, '-m', task, ...extra], { home })
  await server.close()
  assert.deepEqual(server.refused, [])
  assert.equal(ran.code, 0, ran.stderr)
  assert.equal(server.seen.length, 3, ran.stderr)
  assert.equal(readFileSync(join(folder, 'main.go'), 'utf8'), after)
  // Nothing of ours is laid into somebody's project.
  assert.deepEqual(readdirSync(folder).toSorted(), ['.git', 'main.go'])
  assert.match(JSON.stringify(server.seen[1]?.body['messages']), /func main\(\) \{\}/)
  return { ...ran, seen: server.seen, offered: server.seen.map(namesOf) }
}

for (const format of formats) {
  const rows = (server: VendorServer) => ({
    model_list: [{ model_name: 'coder', model: format.model, api_base: format.base(server), api_key: 'sk-row-key-1' }],
  })

  test(`${format.protocol} without an executor: our own agent edits the checkout and reports file, model and tokens`, async () => {
    const { stdout, stderr, offered } = await doTask(rows)
    assert.match(stdout, /main\.go has a docstring now\.\n$/)
    assert.match(stderr, /^Tools: read_file, edit_file$/m)
    assert.match(stderr, /^Files: main\.go$/m)
    assert.match(stderr, /^Model: coder-1$/m)
    assert.match(stderr, /\d+ in, 30 out/)
    for (const name of ['exec', 'read_file', 'write_file', 'edit_file', 'remember'])
      assert.ok(offered[0]?.includes(name), `${name} is offered`)
  })

  for (const [form, extra] of [
    ['streamed', []],
    ['whole', ['--json']],
  ] as const)
    test(`executor ${format.protocol}, ${form}: exactly four tools, no thinking, cache counts of zero`, async () => {
      const { stdout, stderr, seen, offered } = await doTask(format.executor, extra)
      assert.deepEqual(offered, [four, four, four])
      for (const { body, key } of seen) {
        assert.equal(key, 'sk-executor-key')
        assert.equal(body.model, 'coder-1')
        assert.deepEqual(
          Object.keys(body).filter((name) => /think|reason|effort/.test(name)),
          [],
        )
      }
      if (form === 'streamed') {
        assert.match(stderr, /^Files: main\.go$/m)
        assert.match(stderr, /^Model: coder-1$/m)
        return
      }
      const report = JSON.parse(stdout) as {
        readonly ok: boolean
        readonly changed: readonly string[]
        readonly by: { readonly model: string }
        readonly usage: object
      }
      const prompt = format.protocol === 'openai-api' ? 300 : 420
      assert.deepEqual(report.usage, { input: prompt, output: 30, cacheRead: 0, cacheWrite: 0 })
      assert.deepEqual([report.ok, report.changed, report.by.model], [true, ['main.go'], 'coder-1'])
    })
}

test('a command of the coding backend runs in the checkout', async () => {
  const [format] = formats
  assert.ok(format)
  const server = await vendorServer(
    (_, count) =>
      count === 0 ? { calls: [{ name: 'bash', input: { command: 'git log --oneline | wc -l; ls' } }] } : 'done',
    { strict: true },
  )
  const home = emptyHome()
  writeConfig(home, format.executor(server))
  const { code, stderr } = await picoclaw(['agent', '--workspace', checkout(), '-m', 'How many commits?'], { home })
  await server.close()
  assert.equal(code, 0, stderr)
  assert.match(JSON.stringify(server.seen[1]?.body['messages']), /1\\nmain\.go/)
})

/** What a coding backend is offered, and what its calls bring, in a checkout with these files. */
async function backend(files: Readonly<Record<string, string>>, tools: object, calls: Said['calls'] = []) {
  const [format] = formats
  assert.ok(format)
  const server = await vendorServer((_, count) => (count === 0 && calls.length > 0 ? { calls } : 'done'), {
    strict: true,
  })
  const [home, folder] = [emptyHome(), checkout()]
  writeConfig(home, { ...format.executor(server), tools })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const { code, stderr } = await picoclaw(['agent', '--workspace', folder, '-m', task], { home })
  await server.close()
  assert.equal(code, 0, stderr)
  return { offered: server.seen.map(namesOf)[0], told: JSON.stringify(server.seen.at(-1)?.body['messages']) }
}

test('what the owner switches off, and what AGENT.md leaves out, a coding backend does not have', async () => {
  const list = '---\ntools: [read_file, exec]\n---\nLook only.'
  assert.deepEqual((await backend({ 'AGENT.md': list }, {})).offered, ['bash', 'read_file'])
  assert.deepEqual((await backend({ 'AGENT.md': list }, { exec: { enabled: false } })).offered, ['read_file'])
  assert.deepEqual((await backend({ 'AGENT.md': '---\ntools: [read_file\n---\nBroken.' }, {})).offered, [])
})

test('a coding backend neither runs what the owner denies nor reads the .env of the project', async () => {
  const { told } = await backend({ '.env': 'KEY=of-the-project' }, { exec: { custom_deny_patterns: ['^git push'] } }, [
    { name: 'read_file', input: { path: '.env' } },
    { name: 'bash', input: { command: 'git push' } },
  ])
  assert.match(told, /custom_deny_patterns/)
  assert.match(told, /Access denied: \.env is not for tools/)
  assert.doesNotMatch(told, /of-the-project/)
})
