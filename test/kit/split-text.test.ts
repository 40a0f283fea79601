import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { splitText } from '../../src/kit/split-text.ts'

const max = fc.integer({ min: 40, max: 200 })
const word = fc.stringMatching(/^[a-z.]{1,12}$/)
const prose = fc
  .array(fc.oneof(word, fc.constantFrom(' ', '. ', '\n', '\n\n', '😀', '`', '``', 'é')), { maxLength: 200 })
  .map((parts) => parts.join(''))

/** Offsets of the opening fences that a Markdown reader would miss the end of. */
function openFences(piece: string): number {
  let open: string | undefined
  for (const line of piece.split('\n')) {
    const mark = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1]
    if (mark === undefined) continue
    if (open === undefined) open = mark
    else if (mark.startsWith(open) && line.trim() === mark) open = undefined
  }
  return open === undefined ? 0 : 1
}
const isWhole = (piece: string) => piece.isWellFormed()

test('pieces of a text without code blocks fit, are whole characters, and put together are the text', () =>
  fc.assert(
    fc.property(prose, max, (text, most) => {
      fc.pre(!/^ {0,3}(?:```|~~~)/m.test(text))
      const pieces = splitText(text, most)
      assert.equal(pieces.join(''), text)
      for (const piece of pieces) {
        assert.ok(piece.length <= most, `${piece.length} > ${most}`)
        assert.ok(isWhole(piece), JSON.stringify(piece))
        assert.equal(openFences(piece), 0, JSON.stringify(piece))
      }
    }),
    { numRuns: 500 },
  ))

test('it ends for any text and every size, and no piece is too long', () =>
  fc.assert(
    fc.property(
      fc
        .array(
          fc.oneof(
            fc.string({ unit: 'binary', maxLength: 20 }),
            fc.constantFrom(
              '\n',
              '```',
              '~~~',
              '`'.repeat(9),
              '`'.repeat(60),
              '```js\n',
              '\n```\n',
              ' '.repeat(50),
              '\r\n',
            ),
          ),
          { maxLength: 60 },
        )
        .map((parts) => parts.join('')),
      max,
      (text, most) => {
        const pieces = splitText(text, most)
        for (const piece of pieces) assert.ok(piece.length <= most, JSON.stringify(piece))
        if (text.isWellFormed()) for (const piece of pieces) assert.ok(isWhole(piece), JSON.stringify(piece))
      },
    ),
    { numRuns: 1_000 },
  ))

const code = fc.array(fc.stringMatching(/^[a-z (){}=;]{0,14}$/), { maxLength: 25 })
const block = fc.record({
  mark: fc.constantFrom('```', '````', '~~~', '~~~~~'),
  info: fc.constantFrom('', 'js', 'typescript', 'a title that is far too long to be said twice'),
  lines: code,
})
const document = fc.array(
  fc.oneof(
    fc.array(word).map((words) => words.join(' ')),
    block,
  ),
  { minLength: 1, maxLength: 6 },
)

test('code blocks are closed and opened again, and no line of code is lost, doubled or moved', () =>
  fc.assert(
    fc.property(document, fc.integer({ min: 80, max: 300 }), (parts, most) => {
      const lines: string[] = []
      const text = parts
        .map((part) => {
          if (typeof part === 'string') return part
          const numbered = part.lines.map((line) => {
            lines.push(`${lines.length}:${line}`)
            return lines.at(-1)
          })
          return [part.mark + part.info, ...numbered, part.mark].join('\n')
        })
        .join('\n\n')
      const pieces = splitText(text, most)
      for (const piece of pieces) {
        assert.ok(piece.length <= most)
        assert.equal(openFences(piece), 0, JSON.stringify(pieces))
      }
      const found = pieces.flatMap((piece) => piece.split('\n').filter((line) => /^\d+:/.test(line)))
      assert.deepEqual(found, lines)
    }),
    { numRuns: 500 },
  ))

test('it cuts between paragraphs, else lines, else sentences, else words', () => {
  const a = 'a'.repeat(30)
  assert.deepEqual(splitText(`${a}\n\nbb\ncc. dd ee`, 40), [`${a}\n\n`, 'bb\ncc. dd ee'])
  assert.deepEqual(splitText(`${a}\nbb. cc ddddddd`, 40), [`${a}\n`, 'bb. cc ddddddd'])
  assert.deepEqual(splitText(`${a}. bb ccccccccc`, 40), [`${a}. `, 'bb ccccccccc'])
  assert.deepEqual(splitText(`${a} bbbbbbbbbbbb`, 40), [`${a} `, 'bbbbbbbbbbbb'])
  assert.deepEqual(splitText('x'.repeat(41), 40), ['x'.repeat(40), 'x'])
  assert.deepEqual(splitText(`${'x'.repeat(39)}😀`, 40), ['x'.repeat(39), '😀'])
})

test('what fits is left alone, an empty text too', () => {
  assert.deepEqual(splitText('', 40), [''])
  assert.deepEqual(splitText('```\nopen', 40), ['```\nopen'])
})

test('a code block goes on in the next piece with its language', () => {
  const lines = Array.from({ length: 6 }, (_, index) => `line(${index})`)
  const pieces = splitText(`\`\`\`js\n${lines.join('\n')}\n\`\`\`\nafter`, 48)
  assert.deepEqual(pieces, ['```js\nline(0)\nline(1)\nline(2)\nline(3)\n```', '```js\nline(4)\nline(5)\n```\nafter'])
})

test('a cut moves in front of a code block rather than behind its first line', () => {
  const [first, second] = splitText(`${'w'.repeat(30)}\n\`\`\`js\none(1)\ntwo(2)\n\`\`\``, 44)
  assert.equal(first, `${'w'.repeat(30)}\n`)
  assert.equal(second, '```js\none(1)\ntwo(2)\n```')
})
