import { userText } from '../../src/core/message.ts'
import { silent } from '../../src/core/log.ts'
import type { Store } from '../../src/core/store.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { zoneOf } from '../../src/kit/zone.ts'
import { purse } from '../../src/ledger/purse.ts'
import { fleet } from '../../src/providers/fleet.ts'
import openaiChat from '../../src/providers/openai-chat/index.ts'
import { fakeEntry } from '../fakes/endpoint.ts'
import { ask, fakeCall } from '../fakes/provider.ts'

export const price = { input: 2, output: 10 }

/** Asks `count` times side by side: a paid model first, then one that runs here. Resolves to what each heard. */
export function turnsAtOnce(
  store: Store,
  day: number,
  urls: { readonly paid: string; readonly free: string },
  count: number,
): Promise<readonly unknown[]> {
  const chain = fleet({
    retries: () => ({ rounds: 2, waitMs: 1_000 }),
    clock: systemClock,
    log: silent,
    ...store,
    keyTag: () => 'k',
    protocol: async () => openaiChat,
    fetchFor: () => fetch,
    blob: async () => new Uint8Array(),
    redact: (text) => text,
    credential: async () => '',
    purse: purse({
      ...store,
      settings: () => ({ budget: { day } }),
      clock: systemClock,
      log: silent,
      zone: zoneOf('UTC'),
      newId: () => crypto.randomUUID(),
    }),
  }).chain([
    { name: 'main', entries: [fakeEntry({ vendor: 'openai', model: 'gpt', apiBase: urls.paid, price })] },
    { name: 'spare', entries: [fakeEntry({ vendor: 'ollama', model: 'llama', apiBase: urls.free, keys: [] })] },
  ])
  const request = () => ({ messages: [userText('hello')], maxTokens: 1_000 })
  const call = () => fakeCall({ request, stream: false, cause: 'chat' })
  return Promise.all(Array.from({ length: count }, () => ask(chain, call())))
}
