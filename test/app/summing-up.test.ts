import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyHome, picoclaw, writeConfig } from '../e2e/program.ts'
import { type Seen, vendorServer, type VendorServer } from '../fakes/vendor-server.ts'
import { terminal } from './terminal.ts'

const rule = 'Rule: never name the colour of the harbour boat, not even in a poem.'
const isSummary = ({ body }: Seen) => body['tools'] === undefined
const summary = 'They talk about boats.'

/** Answers, writes summaries, and tells when one was asked for. */
async function model(before: () => Promise<void> = async () => undefined) {
  const asked = { summaries: 0 }
  const server = await vendorServer(
    async (seen) => {
      if (!isSummary(seen)) return { text: 'A long answer. '.repeat(30), usage: { input: 1, output: 1 } }
      asked.summaries += 1
      await before()
      return summary
    },
    { strict: true },
  )
  return { server, asked }
}

function configured(server: VendorServer, defaults: object): string {
  const home = emptyHome()
  writeConfig(home, {
    model_list: [{ model_name: 'm', model: 'openai/m', api_base: `${server.url}/v1`, api_key: 'sk-summing-up-key' }],
    agents: { defaults: { model_name: 'm', ...defaults } },
  })
  return home
}

test('between turns a long conversation is summed up once; its rules stay word for word', async () => {
  const { server, asked } = await model()
  const home = configured(server, { summarize_message_threshold: 6 })
  {
    await using chat = await terminal(home)
    await chat.ask(`Hello.\n${rule}`)
    for (let turn = 2; turn <= 4; turn += 1) await chat.ask(`question ${turn}`)
    // The eighth message is one too many; the next turn shows that the summary was taken over.
    for (let turn = 5; !systemOf(server).includes(summary); turn += 1) {
      assert.ok(turn < 200, 'the summary is never sent')
      await chat.ask(`question ${turn}`)
    }
  }
  assert.ok(asked.summaries >= 1)
  assert.ok(systemOf(server).includes(rule))
  assert.deepEqual(server.refused, [])
  const messages = server.seen.at(-1)?.body['messages'] as readonly unknown[]
  assert.ok(!JSON.stringify(messages.slice(1)).includes(rule))
  await server.close()
})

/** The system prompt of the newest request for an answer. */
function systemOf({ seen }: VendorServer): string {
  const request = seen.findLast((each) => !isSummary(each))
  const messages = (request?.body['messages'] ?? []) as readonly { readonly role: string; readonly content: unknown }[]
  return messages.flatMap(({ role, content }) => (role === 'system' ? [JSON.stringify(content)] : [])).join('\n')
}

test('the next question does not wait for a summary that hangs, and closing ends it', async () => {
  const begun = Promise.withResolvers<void>()
  const { server, asked } = await model(() => {
    begun.resolve()
    return new Promise(() => undefined)
  })
  const home = configured(server, { summarize_message_threshold: 2 })
  {
    await using chat = await terminal(home)
    for (const question of ['one', 'two', 'three']) await chat.ask(question)
    await begun.promise
    assert.match((await chat.ask('four')).stdout, /A long answer/)
  }
  assert.equal(asked.summaries, 1)
  await server.close()
})

test('one answer and an end: nothing is summed up before the program exits', async () => {
  const { server, asked } = await model()
  const home = configured(server, { summarize_message_threshold: 2 })
  for (const question of ['one', 'two', 'three'])
    assert.equal((await picoclaw(['agent', '-m', question], { home })).code, 0)
  await server.close()
  assert.equal(asked.summaries, 0)
})

test('in a small window a rule of the first turn is in the request after five summaries, over processes too', async () => {
  const { server, asked } = await model()
  const home = configured(server, { context_window: 8_000, max_tokens: 1_000 })
  const first = await picoclaw(['agent', '-m', `Hello.\n${rule}`], { home })
  assert.equal(first.code, 0, first.stderr)
  {
    await using chat = await terminal(home, { watch: false })
    for (let turn = 2; asked.summaries < 5; turn += 1) {
      assert.ok(turn < 400, `only ${asked.summaries} summaries`)
      const { stdout, stderr } = await chat.ask(`question ${turn}: ${'and so on '.repeat(40)}`)
      assert.match(stdout, /A long answer/, stderr)
    }
  }
  const last = await picoclaw(['agent', '-m', 'Which rule did I set?'], { home })
  assert.equal(last.code, 0, last.stderr)
  await server.close()
  assert.ok(systemOf(server).includes(rule))
  assert.deepEqual(server.refused, [])
})
