import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { type Script, type Seen, vendorServer } from '../fakes/vendor-server.ts'
import { obedient } from './obedient.ts'
import { emptyHome, writeConfig } from './program.ts'

/** The program on a terminal of its own. */
function onTerminal(home: string) {
  const child = spawn('script', ['-qfec', `${process.execPath} dist/main.js agent`, '/dev/null'], {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, PICOCLAW_HOME: home, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  let read = 0
  const looks = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    for (const look of looks) look()
  })
  return {
    type: (keys: string) => child.stdin.write(keys),
    /** Resolves once something that was not looked for yet is shown. */
    sees: (words: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          const found = words.exec(shown.slice(read))
          if (!found) return
          read += found.index + found[0].length
          clearTimeout(late)
          looks.delete(look)
          resolve()
        }
        const late = setTimeout(() => reject(new Error(`${words} is not shown: ${shown.slice(read)}`)), 20_000)
        looks.add(look)
        look()
      }),
    kill: () => child.kill('SIGKILL'),
    ended: new Promise<number | null>((resolve) => child.on('close', resolve)),
  }
}

const without = spawnSync('script', ['--version']).status !== 0 && 'there is no script from util-linux'

async function conversation(home: string, talk: (terminal: ReturnType<typeof onTerminal>) => Promise<void>) {
  const terminal = onTerminal(home)
  try {
    await terminal.sees(/You: /)
    await talk(terminal)
    terminal.type('exit\r')
    await terminal.sees(/Goodbye!/)
    assert.equal(await terminal.ended, 0)
  } finally {
    terminal.kill()
  }
}

async function asking(answer: (seen: Seen) => Script | Promise<Script>) {
  const vendor = await vendorServer(answer)
  const home = emptyHome()
  writeConfig(home, {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: `${vendor.url}/v1`, api_key: 'sk-terminal-key' }],
  })
  return { home, [Symbol.asyncDispose]: () => vendor.close() }
}

const last = ({ body }: Seen) => JSON.stringify((body['messages'] as readonly unknown[]).at(-1))

test('on a terminal an answer comes after the question, with what it took below', { skip: without }, async () => {
  await using scene = await asking(() => 'Hi there.')
  await conversation(scene.home, async ({ type, sees }) => {
    type('Hello\r')
    await sees(/🦞 Hi there\./)
    await sees(/— m · 11 in, 7 out/)
    await sees(/You: /)
    type('/help\r')
    await sees(/\/clear - begins the conversation anew/)
    await sees(/You: /)
  })
})

for (const [key, what, happens] of [
  ['y', 'y allows', true],
  ['', 'Enter alone denies', false],
] as const)
  test(`on a terminal a risky call is asked for, and ${what} it`, { skip: without }, async () => {
    await using scene = await obedient()
    await conversation(scene.home, async ({ type, sees }) => {
      type('What does the page say?\r')
      await sees(/command: "touch pwned"[^]*\[y\/N\] /)
      type(`${key}\r`)
      await sees(/I did what I could\./)
      await sees(/You: /)
    })
    assert.equal(scene.pwned(), happens)
  })

test('on a terminal Ctrl-C or /stop ends an answer, and the conversation goes on', { skip: without }, async () => {
  let hung = Promise.withResolvers<void>()
  await using scene = await asking((seen) => {
    if (last(seen).includes('Are you there?')) return 'I am back.'
    hung.resolve()
    return new Promise(() => undefined)
  })
  await conversation(scene.home, async ({ type, sees }) => {
    for (const stop of ['\u0003', '/stop\r']) {
      hung = Promise.withResolvers()
      type('hang please\r')
      await hung.promise
      type(stop)
      await sees(/Stopped/)
      await sees(/You: /)
      type('Are you there?\r')
      await sees(/I am back\./)
      await sees(/You: /)
    }
  })
})
