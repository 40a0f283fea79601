import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tool } from '../../src/core/tool.ts'
import { emptyHome, writeConfig } from '../e2e/program.ts'
import { type Script, type Seen, vendorServer } from '../fakes/vendor-server.ts'
import { houseScene } from './house-scene.ts'

const asks = ({ body }: Seen): string => JSON.stringify((body['messages'] as readonly unknown[]).at(-1))
const asksAll = ({ body }: Seen): string => JSON.stringify(body['messages'])
const toolsOf = ({ body }: Seen): string => JSON.stringify(body['tools'])
const spawns = (label: string): Script => ({ calls: [{ name: 'spawn', input: { task: `Task ${label}.`, label } }] })

/** A house with one model and one chat. */
async function scene(
  answer: (seen: Seen) => Script | Promise<Script>,
  config: object = {},
  more: (round: { readonly turn: string }) => readonly Tool[] = () => [],
) {
  const vendor = await vendorServer(answer, { strict: true })
  const home = emptyHome()
  writeConfig(home, {
    model_list: [
      {
        model_name: 'm',
        model: 'openai/m',
        api_base: `${vendor.url}/v1`,
        api_key: 'sk-subagents-test',
        price: { input: 1000, output: 1000 },
      },
    ],
    agents: { defaults: { model_name: 'm' } },
    channel_list: {
      telegram: { type: 'telegram', enabled: true, allow_from: ['p1'], settings: { token: '1:x' } },
    },
    ...config,
  })
  const inner = await houseScene(home, ['telegram'], { more })
  return {
    ...inner,
    vendor,
    say: async (text: string) => inner.channels['telegram']?.hear({ text }),
    /** Resolves once a text of the chat fits. */
    reads: (words: RegExp) => inner.texts('telegram', (texts) => texts.some((text) => words.test(text))),
    async [Symbol.asyncDispose]() {
      await inner[Symbol.asyncDispose]()
      await vendor.close()
      assert.deepEqual(vendor.refused, [])
    },
  }
}

/** The chat hands on to A, A in the background to B, and is done; B works until it is told. */
function twoDeep() {
  const done = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const answer = async (seen: Seen): Promise<Script> => {
    const last = asks(seen)
    if (last.includes('Task B')) {
      if (last.includes('Spawned')) return 'It runs.'
      begun.resolve()
      await done.promise
      return 'A pearl.'
    }
    if (last.includes('“A” has finished')) return 'A is done.'
    if (last.includes('“B” has finished')) return 'B has found a pearl.'
    if (last.includes('Task A')) return last.includes('Spawned') ? 'It is under way.' : spawns('B')
    return spawns('A')
  }
  return { answer, begun: begun.promise, done: done.resolve }
}

test('what a sub-agent of a sub-agent found goes on in the conversation that it is for', async () => {
  const { answer, begun, done } = twoDeep()
  await using house = await scene(answer)
  await house.say('Look for it.')
  await begun
  await house.reads(/^A is done\.$/)
  await house.say('/subagents')
  await house.reads(/^- B \(main, running, \d+ s\)$/)
  done()
  await house.reads(/^B has found a pearl\.$/)
  assert.match(asksAll(house.vendor.seen.at(-1) as Seen), /Look for it\..*A is done\./)
})

test('/stop ends a sub-agent whose parent has ended, and nothing of it is missed after a restart', async () => {
  const { answer, begun } = twoDeep()
  await using house = await scene(answer)
  await house.say('Look for it.')
  await begun
  await house.reads(/^A is done\.$/)
  await house.say('/stop')
  await house.reads(/sub-agent “B”/)
  await house.desk.helpers.idle()
  assert.deepEqual(await house.house.store.notes.list('spawned:'), [])
})

test('the money of a turn is for its sub-agents too', async () => {
  let looks = 0
  await using house = await scene(
    (seen) => {
      const last = asks(seen)
      if (last.includes('Subagent task completed')) return 'It goes on.'
      if (!asksAll(seen).includes('Dig.')) return { calls: [{ name: 'subagent', input: { task: 'Dig.' } }] }
      looks += 1
      return seen.body['tool_choice'] === 'none'
        ? 'Dug a little.'
        : { calls: [{ name: 'list_dir', input: { path: '.' } }] }
    },
    { budget: { turn: 0.08 } },
  )
  await house.say('Find it.')
  await house.reads(/^Stopped at \$0\.08, the limit of money for one turn\.$/)
  // Each call costs $0.018: that of the chat, two of the sub-agent, and its closing words.
  assert.deepEqual([looks, house.vendor.seen.length], [3, 4])
})

test('a sub-agent can call the tools that it has searched for', async () => {
  const found = new Set<string>()
  const offer = (name: string, run: Tool['run']): Tool => ({
    spec: { name, description: name, input: { type: 'object' } },
    readOnly: true,
    run,
  })
  const say = (text: string) => ({ content: [{ type: 'text' as const, text }] })
  await using house = await scene(
    (seen) => {
      const last = asks(seen)
      if (last.includes('Subagent task completed')) return 'The tide is high.'
      if (!asksAll(seen).includes('Read the tide.'))
        return { calls: [{ name: 'subagent', input: { task: 'Read the tide.' } }] }
      if (last.includes('It can be called now')) return { calls: [{ name: 'tide', input: {} }] }
      return last.includes('high water') ? 'High.' : { calls: [{ name: 'search', input: {} }] }
    },
    {},
    ({ turn }) => [
      offer('search', async (_, context) => {
        found.add(context.turn)
        return say('It can be called now.')
      }),
      ...(found.has(turn) ? [offer('tide', async () => say('high water'))] : []),
    ],
  )
  await house.say('How is the tide?')
  await house.reads(/^The tide is high\.$/)
  assert.ok(house.vendor.seen.some((seen) => asks(seen).includes('high water') && toolsOf(seen).includes('tide')))
})
