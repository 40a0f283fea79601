import type { ChatRequest } from '../../src/core/chat.ts'
import { userText } from '../../src/core/message.ts'
import type { Call } from '../../src/core/provider.ts'
import type { ModelEntry } from '../../src/models/entry.ts'
import type { Vendor } from '../../src/models/vendor.ts'
import type { Endpoint } from '../../src/providers/endpoint.ts'
import { fakeClock } from './clock.ts'

export const testKey = 'sk-test-0123456789abcdef'

export const fakeEntry = (fields: Partial<ModelEntry> = {}): ModelEntry => ({
  name: 'main',
  vendor: 'acme',
  model: 'model-1',
  apiBase: 'http://127.0.0.1:9',
  keys: [testKey],
  auth: 'key',
  fallbacks: [],
  requestTimeoutMs: 120_000,
  firstTokenTimeoutMs: 30_000,
  idleTimeoutMs: 120_000,
  rpm: 0,
  simpleSchema: false,
  streaming: true,
  keepThinking: 'auto',
  extraBody: {},
  headers: {},
  allowAll: false,
  source: 'config',
  ...fields,
})

/** An endpoint without a network of its own: the machine's fetch, a clock that stands still, no blobs. */
export const fakeEndpoint = (
  entry: Partial<ModelEntry> = {},
  fields: Partial<Endpoint> & { readonly quirks?: Vendor['quirks'] } = {},
): Endpoint => {
  const { quirks, ...others } = fields
  return {
    name: 'acme/model-1',
    entry: fakeEntry(entry),
    vendor: { label: 'Acme', protocol: 'openai-chat', ...(quirks && { quirks }) },
    keyTag: 'aaaa',
    token: () => Promise.resolve(testKey),
    fetch: globalThis.fetch,
    clock: fakeClock(),
    blob: (id) => Promise.reject(new Error(`There is no blob ${id}.`)),
    redact: (text) => text.replaceAll(testKey, '[secret]'),
    refusedParams: new Set(),
    ...others,
  }
}

export const fakeCall = (request: Partial<ChatRequest> = {}, fields: Partial<Call> = {}): Call => ({
  id: 'call-1',
  request: () => ({ messages: [userText('hello')], ...request }),
  stream: true,
  cause: 'test',
  ...fields,
})
