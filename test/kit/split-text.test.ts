import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { cutText, splitText } from '../../src/kit/split-text.ts'

const prose = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('word', 'longer-word', '😀', '漢字。', 'é', 'x'.repeat(70)) },
      { weight: 4, arbitrary: fc.constantFrom(' ', '. ', '\n', '\n\n', '\n \n', '\r\n') },
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))
const code = fc
  .record({
    mark: fc.constantFrom('```', '~~~', '````', '`'.repeat(30)),
    info: fc.constantFrom('', 'ts', ' python title="a long name of a file"'),
    lines: fc.array(fc.constantFrom('let a = 1', '', '  }', 'y'.repeat(90), '``', '😀😀😀'), { maxLength: 12 }),
    closed: fc.boolean(),
  })
  .map(({ mark, info, lines, closed }) => `\n${mark}${info}\n${[...lines, ...(closed ? [mark] : [])].join('\n')}\n`)
const text = fc.array(fc.oneof(prose, code), { maxLength: 6 }).map((parts) => parts.join(''))
const max = fc.oneof(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 20, max: 400 }))

const halfPair = (piece: string) => /^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/.test(piece)

test('pieces fit, part no character, and together are the text', () =>
  fc.assert(
    fc.property(text, max, (text, max) => {
      const pieces = cutText(text, max)
      assert.equal(pieces.map(({ body }) => body).join(''), text)
      for (const { open, body, close } of pieces) {
        assert.ok(`${open}${body}${close}`.length <= max, `${open}${body}${close}`)
        assert.ok(body !== '' || pieces.length === 1)
        assert.ok(!halfPair(body), body)
      }
    }),
    { numRuns: 300 },
  ))

/** Marks that are open at the end of a piece. */
function openAtEnd(piece: string): string | undefined {
  let open: string | undefined
  for (const line of piece.split('\n')) {
    const [, mark = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (mark === '') continue
    if (open === undefined) open = mark
    else if (mark.startsWith(open) && info.trim() === '') open = undefined
  }
  return open
}

test('where there is room for its marks, a code block that is cut is closed and opened again', () =>
  fc.assert(
    fc.property(text, fc.integer({ min: 160, max: 400 }), (text, max) => {
      const pieces = splitText(text, max)
      for (const piece of pieces.slice(0, -1)) assert.equal(openAtEnd(piece), undefined, piece)
      assert.equal(openAtEnd(pieces.at(-1) ?? ''), openAtEnd(text))
    }),
    { numRuns: 300 },
  ))

test('a line of code whose first word looks like a mark does not close the block when it is cut', () => {
  const mark = '`'.repeat(30)
  const text = `${'x'.repeat(80)}\n${mark}\n\n\n${mark} python title="a long name of a file"\n\n${'y'.repeat(80)}word\n`
  for (let max = 160; max < 240; max += 1)
    for (const piece of splitText(text, max).slice(0, -1)) assert.equal(openAtEnd(piece), undefined, piece)
})

test('it is cut between paragraphs, else lines, else sentences, else words, else anywhere', () => {
  assert.deepEqual(splitText('One. Two\nthree.\n\nFour five six.', 24), ['One. Two\nthree.\n\n', 'Four five six.'])
  assert.deepEqual(splitText('One. Two three\nfour. Five', 20), ['One. Two three\n', 'four. Five'])
  assert.deepEqual(splitText('One two three. Four five', 20), ['One two three. ', 'Four five'])
  assert.deepEqual(splitText('你好世界。今天天气很好', 8), ['你好世界。', '今天天气很好'])
  assert.deepEqual(splitText('One two three four', 10), ['One two ', 'three four'])
  assert.deepEqual(splitText('abcdefghij', 4), ['abcd', 'efgh', 'ij'])
  assert.deepEqual(splitText('😀😀😀', 3), ['😀', '😀', '😀'])
  assert.deepEqual(splitText('', 10), [''])
})

test('a code block that fits one piece is not cut', () => {
  const block = '```ts\nconst a = 1\nconst b = 2\n```\n'
  const pieces = splitText(`${'Some words. '.repeat(5)}\n\n${block}\nThe end.`, 90)
  assert.ok(
    pieces.some((piece) => piece.includes(block)),
    JSON.stringify(pieces),
  )
})

test('a long code block keeps its language in each piece', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
  const pieces = splitText(['```python', ...lines, '```'].join('\n'), 100)
  assert.ok(pieces.length > 2)
  for (const piece of pieces) {
    assert.match(piece, /^```python\n/)
    assert.match(piece, /\n```$/)
  }
  assert.deepEqual(
    pieces.flatMap((piece) => piece.split('\n').slice(1, -1)),
    lines,
  )
})

test('no piece holds an empty code block, wherever the cuts fall', () => {
  const text = ['```', ...Array.from({ length: 12 }, () => 'let a = 1'), '```', 'The end.'].join('\n')
  for (let max = 20; max < 140; max += 1)
    for (const piece of splitText(text, max)) assert.doesNotMatch(piece, /^```\n```/, `max ${max}`)
})

test('long opening and closing lines part no character and leave no empty code block', () => {
  const texts = [
    `\`\`\`\n${'😀'.repeat(9)}\n\`\`\`${' '.repeat(80)}\nend`,
    `\`\`\`${'info '.repeat(6)}\n${'😀'.repeat(60)}\n\`\`\`\nend`,
  ]
  for (let max = 12; max < 90; max += 1)
    for (const { open, body, close } of texts.flatMap((text) => cutText(text, max))) {
      assert.ok(!halfPair(body), `max ${max}: ${body}`)
      assert.doesNotMatch(`${open}${body}${close}`, /^```\n```/, `max ${max}`)
    }
})

test('room for less than two units is refused', () => {
  assert.throws(() => splitText('text', 1), RangeError)
  assert.throws(() => splitText('text', Number.NaN), RangeError)
})

test('ten megabytes are cut without a second thought', () => {
  const text = `Words and words.\n\n\`\`\`\n${'code\n'.repeat(20)}\`\`\`\n`.repeat(80_000)
  assert.ok(splitText(text, 4_096).length > 2_000)
})
