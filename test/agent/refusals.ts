import fc from 'fast-check'
import assert from 'node:assert/strict'
import { requestable, type HistoryOptions } from '../../src/agent/history.ts'
import type { Message } from '../../src/core/message.ts'
import { encode as encodeAnthropic } from '../../src/providers/anthropic-messages/encode.ts'
import { encode as encodeOpenai } from '../../src/providers/openai-chat/encode.ts'
import { anyLog } from '../arbitrary/log.ts'
import { fakeEndpoint } from '../fakes/endpoint.ts'
import { refusalOfAnthropic } from '../fakes/strict-anthropic.ts'
import { geminiContents, refusalOfGemini } from '../fakes/strict-gemini.ts'
import { refusalOfOpenai } from '../fakes/strict-openai.ts'

const blob = () => Promise.resolve(new Uint8Array([1, 2, 3]))
const endpoint = fakeEndpoint({}, { blob })
const claude = fakeEndpoint({ vendor: 'anthropic', model: 'claude' }, { blob })
const tools = [{ name: 'look', description: 'Looks.', input: { type: 'object' } }]

/** What the three kinds of service refuse in messages; empty when they take them. */
export async function refusals(messages: readonly Message[]): Promise<readonly string[]> {
  const request = { messages, tools, system: ['Be kind.'] }
  const openai = refusalOfOpenai((await encodeOpenai(endpoint, request, false)).body)
  const anthropic = refusalOfAnthropic((await encodeAnthropic(claude, request, false)).body, 'anthropic/claude')
  const gemini = refusalOfGemini(geminiContents(messages))
  return [openai && `openai: ${openai}`, anthropic && `anthropic: ${anthropic}`, gemini && `gemini: ${gemini}`].filter(
    (refusal) => refusal !== undefined && refusal !== '',
  ) as string[]
}

const anyOptions: fc.Arbitrary<HistoryOptions> = fc.record({
  vision: fc.boolean(),
  flat: fc.boolean(),
})

/** No service refuses what is made of any log. */
export function neverRefused(runs: number): Promise<void> {
  return fc.assert(
    fc.asyncProperty(anyLog, anyOptions, fc.boolean(), async (log, options, opened) => {
      const messages = requestable(log, { ...options, ...(opened && { opening: '(It goes on.)' }) })
      assert.deepEqual(await refusals(messages), [])
    }),
    { numRuns: runs },
  )
}
