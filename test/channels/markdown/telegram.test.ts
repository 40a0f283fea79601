import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discordMarkdown } from '../../../src/channels/markdown/discord.ts'
import { plainText } from '../../../src/channels/markdown/plain.ts'
import { slackMrkdwn } from '../../../src/channels/markdown/slack.ts'
import { telegramHtml, telegramText } from '../../../src/channels/markdown/telegram.ts'
import { EntityError, parseTelegramHtml } from '../../fakes/telegram/html.ts'

const markdown = `# Title with \`code\`

Some **bold with \`code\` in it** and [a **link**](https://example.com/?a=1&b="2").
- one
  - two
- [x] done

> quoted
> > twice

| Name | Size |
|:-----|-----:|
| 漢字 | 5 |

\`\`\`ts
if (a < b && c) {}
\`\`\`
||hidden|| and https://example.com/a_b <br>\\*done\\* &amp; ~~gone~~`

const shown = `Title with code

Some bold with code in it and a link.
• one
  • two
☑ done

quoted
twice

Name | Size
-----|-----
漢字 |    5

if (a < b && c) {}
hidden and https://example.com/a_b 
*done* & gone`

test('markdown becomes HTML that Telegram takes, and a reader sees its words', () => {
  const html = telegramHtml(markdown)
  const { text, entities } = parseTelegramHtml(html)
  assert.equal(text, shown)
  assert.equal(telegramText(markdown), shown)
  const of = (type: string) =>
    entities.filter((entity) => entity.type === type).map(({ offset, length }) => text.slice(offset, offset + length))
  assert.deepEqual(of('bold'), ['Title with ', 'bold with ', ' in it', 'link'])
  assert.deepEqual(of('code'), ['code', 'code', 'if (a < b && c) {}'])
  assert.deepEqual(of('blockquote'), ['quoted\ntwice'])
  assert.deepEqual(of('spoiler'), ['hidden'])
  assert.equal(entities.find(({ type }) => type === 'text_link')?.url, 'https://example.com/?a=1&b="2"')
  assert.equal(entities.find(({ language }) => language)?.language, 'ts')
})

test('an address that no client opens stays words', () => {
  assert.equal(telegramHtml('[a](javascript:x) [b](/here) [c](<a b>)'), 'a b c')
})

test('a text of absurd depth is shown as it is', () => {
  const deep = '> '.repeat(20_000)
  assert.ok(parseTelegramHtml(telegramHtml(`${deep}x`)).text.endsWith('x'))
})

test('what a platform cannot show is shown in its own way', () => {
  assert.equal(
    discordMarkdown('#### A\n\na*b_c [x](https://e.com/(1)) <https://e.com>'),
    ['### A', String.raw`a\*b\_c [x](https://e.com/%281%29) https://e.com`].join('\n\n'),
  )
  assert.equal(discordMarkdown('| a |\n|--|\n| 1 |'), '```\na\n---\n1\n```')
  assert.equal(slackMrkdwn('**a** [b](https://e.com) & <c>'), '*a* <https://e.com|b> &amp; &lt;c&gt;')
  assert.equal(plainText('# A\n\n- **b** [c](https://e.com)\n\n> d'), 'A\n\n- b c (https://e.com)\n\n> d')
})

test('the strict reading refuses what Telegram refuses', () => {
  for (const html of [
    '<b>open',
    'shut</b>',
    '<b><i>x</b></i>',
    'a < b',
    'a & b',
    'a > b',
    '&nbsp;',
    '<h1>x</h1>',
    '<b><code>x</code></b>',
    '<code><b>x</b></code>',
    '<pre><b>x</b></pre>',
    '<a>x</a>',
    '<a href="x y">x</a>',
    '<a href="https://e.com"><a href="https://e.com">x</a></a>',
    '<blockquote><blockquote>x</blockquote></blockquote>',
    '<b onclick="x">x</b>',
  ])
    assert.throws(() => parseTelegramHtml(html), EntityError, html)
  assert.equal(parseTelegramHtml('<b>a <i>b</i></b> &lt;&#34;').text, 'a b <"')
})
