import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatRequest } from '../../../src/core/chat.ts'
import type { Call, Provider } from '../../../src/core/provider.ts'
import { withoutGoneMedia } from '../../../src/providers/gone-media.ts'

const picture = (id: string) => ({ type: 'image', mime: 'image/png', source: { type: 'blob', id } }) as const

/** What the provider behind is asked, when only the blob `there` is still stored. */
async function asked(request: ChatRequest, more: Partial<Call> = {}): Promise<ChatRequest | undefined> {
  let seen: ChatRequest | undefined
  const behind: Provider = {
    name: 'm',
    async open(call) {
      if (!call.native) seen = call.request()
      throw new Error('enough')
    },
  }
  const provider = withoutGoneMedia(behind, async (id) => (id === 'there' ? new Uint8Array(1) : undefined))
  const call: Call = { id: 'c', request: () => request, stream: false, cause: 'chat', ...more }
  await assert.rejects(provider.open(call, new AbortController().signal), /enough/)
  return seen
}

test('a picture that is no longer stored becomes a note, in questions and in results; what is there stays', async () => {
  const document = {
    type: 'document',
    mime: 'application/pdf',
    name: 'bill.pdf',
    source: { type: 'blob', id: 'gone' },
  } as const
  const seen = await asked({
    messages: [
      { role: 'user', parts: [{ type: 'text', text: 'Look:' }, picture('there'), picture('gone'), document] },
      { role: 'assistant', parts: [{ type: 'tool-call', id: '1', name: 'look', input: {} }] },
      {
        role: 'tool',
        parts: [{ type: 'tool-result', id: '1', name: 'look', isError: false, content: [picture('gone')] }],
      },
    ],
  })
  assert.deepEqual(seen?.messages[0]?.parts, [
    { type: 'text', text: 'Look:' },
    picture('there'),
    { type: 'text', text: '[A picture (image/png) was here; it is no longer stored]' },
    { type: 'text', text: '[A file "bill.pdf" (application/pdf) was here; it is no longer stored]' },
  ])
  const [result] = seen?.messages[2]?.parts ?? []
  assert.deepEqual(result?.type === 'tool-result' && result.content, [
    { type: 'text', text: '[A picture (image/png) was here; it is no longer stored]' },
  ])
})

test('without anything gone the request is the same, and a client’s own bytes are not looked into', async () => {
  const request: ChatRequest = { messages: [{ role: 'user', parts: [picture('there')] }] }
  assert.equal(await asked(request), request)
  const native = { dialect: 'openai-chat', headers: {}, body: new Uint8Array() }
  assert.equal(await asked(request, { native }), undefined)
})
