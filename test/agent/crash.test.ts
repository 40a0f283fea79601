import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interrupted } from '../../src/agent/pairing.ts'
import { runTurn } from '../../src/agent/turn.ts'
import type { ChatRequest } from '../../src/core/chat.ts'
import { userText, type Message } from '../../src/core/message.ts'
import { refusals } from './refusals.ts'
import { answer, calling, logOf, output, says, scripted, stage, tool, wordsOf } from './stage.ts'

class Crash extends Error {}

/**
 * One life of a process: a turn that asks for `rounds` of two writes and one look each, and whose journal breaks at the append number `at`, before or
 * after it is durable. What is durable stays in `log`.
 */
async function live(
  log: Message[],
  { at, durable, rounds, asks }: { at: number; durable: boolean; rounds: number; asks: boolean },
) {
  const ran: string[] = []
  const write = tool('write', async ({ name }) => {
    ran.push(JSON.stringify(name))
    return output('written')
  })
  const look = tool('look', async () => output('seen', { outside: 'web' }), { readOnly: true })
  const { provider, requests } = scripted(({ messages }) => {
    const round = messages.filter(({ role }) => role === 'assistant').length
    const asked = ['a', 'b'].map((name) => calling('write', { name: `${round}${name}` }, `w-${name}`))
    return round < rounds ? answer(...asked, calling('look', { round })) : says('done')
  })
  let appends = 0
  const { turn } = stage(provider, [write, look], {
    log: logOf(...log),
    journal: {
      async append(messages) {
        appends += 1
        if (appends !== at || durable) log.push(...messages)
        if (appends === at) throw new Crash()
      },
    },
  })
  const { question, ...rest } = turn
  if (asks && question) log.push(question)
  const result = await runTurn(asks ? turn : rest, () => undefined).catch((error: unknown) => {
    if (error instanceof Crash) return undefined
    throw error
  })
  return { ran, requests, result }
}

const valid = async (requests: readonly ChatRequest[]) => {
  for (const { messages } of requests) assert.deepEqual(await refusals(messages), [])
}

test('a turn may crash anywhere and as often as it likes: it goes on, its requests stay valid, nothing runs twice unasked', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.integer({ min: 1, max: 9 }), durable: fc.boolean() }), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.integer({ min: 1, max: 4 }),
      async (crashes, rounds) => {
        const log: Message[] = []
        const ran: string[] = []
        let over = false
        for (const [index, crash] of [...crashes, { at: 0, durable: true }].entries()) {
          const life = await live(log, { ...crash, rounds, asks: index === 0 })
          await valid(life.requests)
          ran.push(...life.ran)
          over = life.result !== undefined
          if (over) break
        }
        assert.ok(over)
        // The model asks for each write once; one whose journal never became durable may be asked for again, since nobody knows of it.
        const journaled = log.flatMap(({ parts }) =>
          parts.flatMap((part) => (part.type === 'tool-call' ? [part.input] : [])),
        )
        assert.ok(ran.length <= journaled.length, 'no call runs without its line in the journal')
        assert.equal(new Set(ran).size, ran.length, 'no write runs twice')
      },
    ),
    { numRuns: 250 },
  ))

test('a write that was cut off by a crash is told as unknown', async () => {
  const log: Message[] = []
  await live(log, { at: 2, durable: false, rounds: 1, asks: true })
  const { requests, ran } = await live(log, { at: 0, durable: true, rounds: 1, asks: false })
  assert.match(wordsOf(requests[0]?.messages[2]), new RegExp(`^${interrupted}`))
  assert.deepEqual(ran, [])
})

test('a question that nobody began to answer is answered', async () => {
  const log = [userText('hi')]
  const { result } = await live(log, { at: 0, durable: true, rounds: 0, asks: false })
  assert.equal(result?.text, 'done')
})
