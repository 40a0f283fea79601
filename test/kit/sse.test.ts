import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readSse, type SseItem } from '../../src/kit/sse.ts'

async function* stream(chunks: Iterable<Uint8Array>) {
  yield* chunks
}
const bytesOf = (text: string) => new TextEncoder().encode(text)
const read = (...chunks: readonly (string | Uint8Array)[]): Promise<SseItem[]> =>
  Array.fromAsync(readSse(stream(chunks.map((chunk) => (typeof chunk === 'string' ? bytesOf(chunk) : chunk)))))

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(bytes.slice(at, at + size))
    at += size
  }
  return chunks
}
const sizes = fc
  .array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 8 })
  .filter((list) => list.some(Boolean))
const line = fc.oneof(
  fc.constantFrom('data', 'data:', ':', 'event: e', 'id: 1', 'retry: 5', '', '', 'other: x', '\uFEFF'),
  fc.string({ unit: 'grapheme', maxLength: 10 }).map((text) => `data: ${text}`),
)
const text = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 20 })
  .map((lines) => lines.flat().join(''))

test('the same bytes say the same however they are cut into chunks', () =>
  fc.assert(
    fc.asyncProperty(fc.oneof(text.map(bytesOf), fc.uint8Array({ maxLength: 60 })), sizes, async (bytes, list) => {
      assert.deepEqual(await read(...cut(bytes, list)), await read(bytes))
    }),
    { numRuns: 400 },
  ))

test('an event is read the same after LF, CR and CRLF', async () => {
  for (const end of ['\n', '\r', '\r\n']) {
    const items = await read(['event: a', 'data: 1', 'data: 2', '', ': note', 'data: 3', '', ''].join(end))
    assert.deepEqual(items, [
      { type: 'event', event: 'a', data: '1\n2' },
      { type: 'comment' },
      { type: 'event', data: '3' },
    ])
  }
})

test('a CRLF that two chunks share is one end of line', async () => {
  assert.deepEqual(await read('data: 1\r', '\ndata: 2\r', '', '\n\r', '\n'), [{ type: 'event', data: '1\n2' }])
})

test('a byte order mark at the start is skipped; elsewhere it is text', async () => {
  assert.deepEqual(await read('\uFEFFdata: \uFEFFx\n\n'), [{ type: 'event', data: '\uFEFFx' }])
})

test('one space after the colon belongs to the colon; a field without one is empty', async () => {
  assert.deepEqual(await read('data:x\ndata:  y\ndata\n\n'), [{ type: 'event', data: 'x\n y\n' }])
})

test('a blank line without data says nothing and forgets the name of the event', async () => {
  assert.deepEqual(await read('event: lost\n\n\ndata: x\n\n'), [{ type: 'event', data: 'x' }])
})

test('an end within an event is told; an end between events is not', async () => {
  const partial = { type: 'partial' }
  assert.deepEqual(await read('data: x\n'), [partial])
  assert.deepEqual(await read('data: x\n\nda'), [{ type: 'event', data: 'x' }, partial])
  assert.deepEqual(await read(new Uint8Array([0xf0, 0x9f])), [partial])
  assert.deepEqual(await read('data: x\n\n: bye\n'), [{ type: 'event', data: 'x' }, { type: 'comment' }])
  assert.deepEqual(await read(), [])
})

// Work that grows with the square of the length would be 8 · 10^11 steps here and would not end within the time of a test.
test('a line of 10 MB in chunks of 64 bytes is read', async () => {
  const chunk = bytesOf('x'.repeat(64))
  function* chunks() {
    yield bytesOf('data: ')
    for (let left = 10_000_000; left > 0; left -= chunk.length) yield chunk
    yield bytesOf('\n\n')
  }
  const [item] = await Array.fromAsync(readSse(stream(chunks())))
  assert.ok(item?.type === 'event')
  assert.equal(item.data.length, 10_000_000)
})
