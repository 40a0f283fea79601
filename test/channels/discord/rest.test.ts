import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import * as library from '../../../src/channels/discord/library.ts'
import { restOf, restOptions, restUntil } from '../../../src/channels/discord/rest.ts'

/** Discord's API behind `fetch`. */
const restWith = (fetch: typeof globalThis.fetch, life: AbortSignal) =>
  restUntil(life, restOf(library, restOptions({ fetch }), 'T0KEN'))

test('a request leaves nothing behind on the life of its channel, however it ended', async () => {
  const { signal } = new AbortController()
  const statuses = [200, 404]
  const rest = restWith(async () => Response.json({ id: '1' }, { status: statuses.shift() ?? 500 }), signal)
  await rest.request('GET', '/channels/1')
  await assert.rejects(rest.request('GET', '/channels/2'))
  rest.close()
  assert.deepEqual(getEventListeners(signal, 'abort'), [])
})

test('a request ends with the life of its channel, and none begins after it', async () => {
  const life = new AbortController()
  let asked = 0
  const begun = Promise.withResolvers<void>()
  const rest = restWith(async (_url, init) => {
    asked += 1
    begun.resolve()
    return new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('cut'))))
  }, life.signal)
  const request = rest.request('GET', '/channels/1')
  request.catch(() => undefined)
  await begun.promise
  life.abort(new Error('stopped'))
  await assert.rejects(request)
  await assert.rejects(rest.request('GET', '/channels/2'), /stopped/)
  rest.close()
  assert.equal(asked, 1)
})
