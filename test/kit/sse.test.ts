import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readSse, type SseItem, writeSse } from '../../src/kit/sse.ts'

/** The items of some bytes that come in chunks of the given sizes, taken in turn. */
async function items(text: string | Uint8Array, sizes: readonly number[] = [1 << 16]): Promise<readonly SseItem[]> {
  const bytes = Buffer.from(text)
  return Array.fromAsync(
    readSse(
      (async function* () {
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          yield bytes.subarray(at, at + size)
          at += size
        }
      })(),
    ),
  )
}

test('events, names, ids, comments and unknown fields are read as the standard says', async () => {
  assert.deepEqual(
    await items(
      '\uFEFFdata: one\n\n: keep-alive\nevent: ping\ndata:two\ndata:  three\ndata\nid: 7\nretry: 10\nother: x\n\nevent: lost\n\ndata:\n\nid: a\0b\ndata: 4\n\n',
    ),
    [
      { type: 'event', data: 'one' },
      { type: 'comment' },
      { type: 'event', event: 'ping', data: 'two\n three\n', id: '7' },
      { type: 'event', data: '' },
      { type: 'event', data: '4' },
    ],
  )
})

test('an event that the end cuts off is told as partial; a clean end is not', async () => {
  for (const text of ['data: x', 'data: x\n', 'event: x\n', 'dat', ':', 'data: x\n\nd', Buffer.from([0xe4, 0xbd])])
    assert.deepEqual((await items(text)).at(-1), { type: 'partial' }, String(text))
  for (const text of ['', '\n', '\uFEFF', 'data: x\n\n', 'data: x\r\r', 'data: x\r\n\r\n', ': comment\n', 'id: 5\n'])
    assert.notDeepEqual((await items(text)).at(-1), { type: 'partial' }, text)
})

const line = fc.oneof(
  fc.constantFrom('', '', 'data', 'data:', ':', ': ping', 'event: a', 'id: 9', 'unknown: x', 'data:  two'),
  fc.string({ unit: fc.constantFrom('a', '你', '😀', 'é', ' ', ':'), maxLength: 8 }).map((text) => `data: ${text}`),
)
const stream = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 30 })
  .map((lines) => lines.flat().join(''))
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 })

test('however the bytes are cut, the items are the same', () =>
  fc.assert(
    fc.asyncProperty(stream, sizes, async (text, sizes) =>
      assert.deepEqual(await items(text, sizes), await items(text)),
    ),
    { numRuns: 300 },
  ))

test('what is written is read again', () =>
  fc.assert(
    fc.asyncProperty(
      fc.option(fc.stringMatching(/^[a-z._]{1,12}$/), { nil: undefined }),
      fc.string({ unit: fc.constantFrom('a', '你', ' ', ':', '\n', '{', '"') }),
      sizes,
      async (event, data, sizes) => {
        const written = { ...(event !== undefined && { event }), data }
        assert.deepEqual(await items(writeSse(written), sizes), [{ type: 'event', ...written }])
      },
    ),
  ))

test('a line break in a name or in data cannot make an event of its own', async () => {
  assert.deepEqual(await items(writeSse({ event: 'a\ndata: evil', data: 'x\r\rdata: y\r\n\n' })), [
    { type: 'event', event: 'a data: evil', data: 'x\n\ndata: y\n\n' },
  ])
})

test('a line of ten megabytes in small chunks is read in linear time', async () => {
  const [item] = await items(`data: ${'x'.repeat(10_000_000)}\n\n`, [1_000])
  assert.equal(item?.type === 'event' && item.data.length, 10_000_000)
})
