import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/json.ts'
import type { ModelReply, ModelRequest } from '../fakes/scripted-model.ts'
import { askedUntil, eventually, hanging, type Stage, stage, type StageConfig } from './gateway/stage.ts'

/** Processes whose command line holds a mark. */
const alive = (mark: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark)
      } catch {
        return false
      }
    })

interface Hang {
  /** What the model does; then it hangs in it. */
  readonly answer: (request: ModelRequest) => ModelReply | Promise<ModelReply>
  readonly configure?: (config: StageConfig, home: string) => void
  /** True once it hangs. */
  begun(scene: Stage, round: number): boolean
  /** True once nothing of it is left. */
  over(scene: Stage): boolean
}

/** What was said last; before it may stand what was stopped. */
const lineOf = (text: string): string => text.split('\n').at(-1) ?? ''
const asksToHang = (text: string): boolean => lineOf(text).includes('hang')

const calling =
  (name: string, input: JsonObject): Hang['answer'] =>
  ({ last, lastRole }) =>
    asksToHang(last) && lastRole === 'user' ? { calls: [{ name, input }] } : `You said: ${lineOf(last)}`

/** Calls that the stalled server noted. */
const callsIn = (path: string): number => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0)

const hangs: Readonly<Record<string, Hang>> = {
  'a hung model': {
    answer: ({ last }) => (asksToHang(last) ? hanging() : `You said: ${lineOf(last)}`),
    begun: ({ model }, round) => model.seen.length === round,
    over: ({ model }) => model.seen.every(({ last, gone }) => gone || !asksToHang(last)),
  },
  'a hung command': {
    answer: calling('exec', { command: 'sleep 611.31 & sleep 611.31' }),
    begun: () => alive('611.31').length > 0,
    over: () => alive('611.31').length === 0,
  },
  'a command that forks without end': {
    // Ten deep, in case nothing limits it.
    answer: calling('exec', {
      command: `bash -c 'f() { [ $1 -gt 8 ] || f $(($1+1)) | f $(($1+1)) & }; while :; do f 0; sleep 0.05; done; : 611.32'`,
    }),
    begun: () => alive('611.32').length > 8,
    over: () => alive('611.32').length === 0,
  },
  'a stalled MCP server': {
    answer: calling('mcp_stalled_wait', {}),
    configure(config, home) {
      const server = {
        enabled: true,
        command: process.execPath,
        args: [join(import.meta.dirname, '..', 'fakes', 'stalled-mcp.ts'), join(home, 'called')],
      }
      config['tools'] = { mcp: { enabled: true, servers: { stalled: server } } }
    },
    begun: ({ home }, round) => callsIn(join(home, 'called')) === round,
    over: () => true,
  },
}

for (const [what, hang] of Object.entries(hangs))
  test(`/stop ends ${what} within a second, with a receipt, and the next message is answered`, async () => {
    await using scene = await stage({
      answer: hang.answer,
      ...(hang.configure && { configure: hang.configure }),
    })
    const { telegram, model } = scene
    if (hang.configure) await askedUntil(scene, '/list mcp', (text) => text.includes('connected, 1 tools'))
    const times: number[] = []
    for (let round = 1; round <= 3; round += 1) {
      telegram.say(`please hang ${round}`)
      await eventually(() => hang.begun(scene, round) && model.seen.length >= round, 'it hangs')
      const start = performance.now()
      telegram.say('/stop')
      await eventually(
        () => telegram.shown.some(({ text }) => text.includes(`Stopped: “please hang ${round}”`)),
        () => `the receipt; there is ${JSON.stringify(telegram.shown.map(({ text }) => text))}`,
      )
      await eventually(() => hang.over(scene), 'nothing is left')
      times.push(performance.now() - start)
    }
    assert.ok(Math.min(...times) < 1_000, `${times.map(Math.round).join(', ')} ms`)
    telegram.say('back again?')
    await scene.shown('You said: back again?')
    // The model knows that what stands before is not to be done.
    assert.match(model.seen.at(-1)?.raw ?? '', /please hang 3[^]*I stopped you here[^]*back again/)
    telegram.say('/stop')
    await scene.shown('Nothing is running here.')
  })

test('/panic ends everything everywhere; what is asked afterwards is answered', async () => {
  await using scene = await stage({
    answer: ({ last }) => (asksToHang(last) ? hanging() : `You said: ${lineOf(last)}`),
    configure(config) {
      const { telegram } = config.channel_list
      assert.ok(telegram)
      telegram.allow_from = ['1001', '2002', '3003']
      config['owners'] = ['telegram:1001']
    },
  })
  const { telegram, model } = scene
  const others = [2002, 3003].map((id) => ({ id, is_bot: false, first_name: `P${id}` }))
  for (const from of others) {
    telegram.state.chats.set(from.id, { id: from.id, type: 'private', first_name: from.first_name })
    telegram.say(`please hang for ${from.id}`, { from }, from.id)
  }
  await eventually(() => model.seen.length === 2, 'both hang')
  telegram.say('/panic')
  const { text } = await scene.shown(/^Stopped 2:/, { chat: 1001 })
  for (const { id } of others) assert.ok(text.includes(`please hang for ${id}`), text)
  await eventually(() => model.seen.every(({ gone }) => gone), 'both ended')
  telegram.say('and now?', { from: others[0] }, 2002)
  await scene.shown('You said: and now?', { chat: 2002 })
})
