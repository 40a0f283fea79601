import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Said } from '../fakes/vendor-answer.ts'
import { type Script, type Seen, vendorServer } from '../fakes/vendor-server.ts'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

interface Hang {
  /** What hangs, in words. */
  readonly what: string
  /** Stands in the command line of whatever must not outlive the program. */
  readonly word?: string
  answer(seen: Seen): Script | Promise<Script>
  /** True once it hangs. `marker` is a file in the workspace. */
  hangs(asked: number, marker: string): boolean
  config?(marker: string): object
}

const exec = (command: string): Said => ({ calls: [{ name: 'exec', input: { command } }] })
const isMarked = (_: number, marker: string) => existsSync(marker)

const hangs: readonly Hang[] = [
  { what: 'a model that hangs', answer: () => new Promise(() => undefined), hangs: (asked) => asked > 0 },
  {
    what: 'a tool that hangs',
    word: '300.41',
    answer: () => exec("trap '' TERM INT HUP; touch started; sleep 300.41 & sleep 300.41"),
    hangs: isMarked,
  },
  {
    what: 'a fork bomb in the sandbox',
    word: '300.42',
    // Ten deep, in case nothing limits it.
    answer: () =>
      exec(
        `touch started; bash -c 'f() { [ $1 -gt 10 ] || f $(($1+1)) | f $(($1+1)) & }; while :; do f 0; done; : 300.42'`,
      ),
    hangs: isMarked,
  },
  {
    what: 'an MCP server that stalls',
    word: 'stalled-mcp.ts',
    answer: ({ body }) => {
      const tools = (body['tools'] ?? []) as readonly { readonly function: { readonly name: string } }[]
      const name = tools.map((tool) => tool.function.name).find((each) => each.includes('stalled'))
      assert.ok(name, 'the tool of the server is offered')
      return { calls: [{ name, input: {} }] }
    },
    hangs: isMarked,
    config: (marker) => ({
      tools: {
        mcp: {
          enabled: true,
          servers: {
            stalled: { enabled: true, command: process.execPath, args: [resolve('test/fakes/stalled-mcp.ts'), marker] },
          },
        },
      },
    }),
  },
]

/** Command lines that hold both words, of processes that live. */
function alive(...words: readonly string[]): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    .filter((line) => words.every((word) => line.includes(word)))
}

async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 3_000, `${what} did not happen within 30 seconds`)
    await pause(10)
  }
}

/** Milliseconds from Ctrl-C to the end. */
async function stopOnce(hang: Hang): Promise<number> {
  const home = emptyHome()
  const marker = join(home, 'workspace', 'started')
  const server = await vendorServer((seen) => hang.answer(seen), { strict: true })
  writeConfig(home, {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: `${server.url}/v1`, api_key: 'sk-stop-test-key' }],
    ...hang.config?.(marker),
  })
  let pid = 0
  let ended = false
  const running = picoclaw(['agent', '-m', 'Go.'], { home, onStart: (id) => (pid = id) })
  const end = running.finally(() => (ended = true))
  await eventually(() => ended || hang.hangs(server.seen.length, marker), hang.what)
  const before = performance.now()
  if (!ended) process.kill(pid, 'SIGINT')
  const { code, stderr } = await end
  const took = performance.now() - before
  await server.close()
  assert.equal(code, 130, stderr)
  assert.match(stderr, /^Stopped\.$/m)
  const { word } = hang
  // The marker's path tells this run's server from others; a command's word is its own.
  if (word !== undefined) await eventually(() => alive(word).length === 0, `the end of ${word}`)
  return took
}

for (const hang of hangs)
  test(`Ctrl-C ends ${hang.what} within a second, says so, and leaves nothing running`, async () => {
    const took: number[] = []
    while (took.length < 3 && !took.some((ms) => ms < 1_000)) took.push(await stopOnce(hang))
    assert.ok(Math.min(...took) < 1_000, `it took ${took.map(Math.round).join(', ')} ms`)
  })
