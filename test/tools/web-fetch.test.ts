import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webFetchTool, type FetchOptions } from '../../src/tools/web/fetch.ts'
import { htmlToMarkdown } from '../../src/tools/web/page/markdown.ts'
import { htmlToText } from '../../src/tools/web/page/text.ts'
import { privatePlaces } from '../../src/tools/web/whitelist.ts'
import { httpServer, type ScriptedReply } from '../fakes/http-server.ts'
import { call, contextOf } from './context.ts'

interface Shown {
  readonly url: string
  readonly status: number
  readonly extractor: string
  readonly truncated: boolean
  readonly length: number
  readonly text: string
}

const reply = (type: string, body: string | Uint8Array, more: Partial<ScriptedReply> = {}): ScriptedReply => ({
  headers: { 'content-type': type },
  chunks: [body],
  ...more,
})
const toolFor = (options: Partial<FetchOptions> = {}) =>
  webFetchTool({ version: '1.2.3', allow: ({ address }) => address === '127.0.0.1', ...options })

async function fetched(answer: ScriptedReply, options: Partial<FetchOptions> = {}, input = {}) {
  await using server = await httpServer(answer)
  const { text, failed } = await call(toolFor(options), { url: `${server.url}/page`, ...input })
  assert.ok(!failed, text)
  const shown = JSON.parse(text) as Shown
  assert.equal(shown.url, `${server.url}/page`)
  assert.equal(shown.length, shown.text.length)
  return shown
}

test('HTML comes as plain text, or as markdown when that is configured', async () => {
  const html =
    '<!doctype html><title>T</title><nav>menu</nav><h1>Head</h1><p>Some <b>bold</b> words.</p><script>no()</script>'
  const plain = await fetched(reply('text/html', html))
  assert.deepEqual([plain.extractor, plain.text], ['text', 'T\nmenu\nHead\nSome bold words.'])
  const marked = await fetched(reply('text/html', html), { format: 'markdown' })
  assert.deepEqual([marked.extractor, marked.text], ['markdown', '# Head\n\nSome **bold** words.'])
})

test('HTML is known by its beginning when the server does not say', async () => {
  assert.equal((await fetched(reply('text/plain', '\n<!DOCTYPE html><p>words</p>'))).extractor, 'text')
})

test('JSON is shown pretty, and as it stands when it is none', async () => {
  const { extractor, text } = await fetched(reply('application/vnd.api+json; charset=utf-8', '{"a":[1]}'))
  assert.deepEqual([extractor, text], ['json', '{\n  "a": [\n    1\n  ]\n}'])
  assert.equal((await fetched(reply('application/json', '{"a":'))).extractor, 'raw')
})

test('anything else that is text is shown as it is, in its own character set', async () => {
  assert.equal((await fetched(reply('text/csv', 'a;b\n1;2'))).text, 'a;b\n1;2')
  assert.equal((await fetched(reply('text/plain; charset=iso-8859-1', Buffer.from('Grüße', 'latin1')))).text, 'Grüße')
  const page = Buffer.concat([Buffer.from('<html><meta charset="gbk"><p>'), Buffer.from([0xc4, 0xe3, 0xba, 0xc3])])
  assert.equal((await fetched(reply('text/html', page))).text, '你好')
})

test('a status that tells of an error comes with what the page says', async () => {
  const { status, text } = await fetched(reply('text/plain', 'no such thing', { status: 404 }))
  assert.deepEqual([status, text], [404, 'no such thing'])
})

test('a long text is cut where it was asked to be, with a note', async () => {
  const { truncated, text } = await fetched(reply('text/plain', 'x'.repeat(300)), {}, { maxChars: 100 })
  assert.deepEqual([truncated, text], [true, `${'x'.repeat(100)}\n[Content truncated due to size limit]`])
  const whole = await fetched(reply('text/plain', 'x'.repeat(60_000)), {}, { maxChars: 60_000 })
  assert.deepEqual([whole.truncated, whole.length], [false, 60_000])
  assert.equal((await fetched(reply('text/plain', 'x'.repeat(60_000)))).text.length, 50_000 + 38)
})

async function refused(answer: ScriptedReply, options: Partial<FetchOptions> = {}) {
  await using server = await httpServer(answer)
  const { text, failed } = await call(toolFor(options), { url: server.url })
  assert.ok(failed, text)
  return text
}

test('a page that is too large and bytes that are no text are refused in words', async () => {
  assert.match(
    await refused(reply('text/plain', 'x'.repeat(300)), { maxBytes: 200 }),
    /^failed to read response: size exceeded 200 bytes limit/,
  )
  assert.match(await refused(reply('image/png', 'PNG')), /is no text but image\/png of 3 bytes/)
  assert.match(await refused(reply('', Buffer.from([1, 0, 2]))), /is no text but binary data of 3 bytes/)
})

test('where a guard challenges browsers, it is asked once more under our own name', async () => {
  const challenge = { status: 403, headers: { 'cf-mitigated': 'challenge', 'content-type': 'text/html' } }
  await using server = await httpServer({ ...challenge, chunks: ['prove it'] }, reply('text/plain', 'welcome'))
  const { text } = await call(toolFor(), { url: server.url })
  assert.equal((JSON.parse(text) as Shown).text, 'welcome')
  const [first, second] = server.requests.map(({ headers }) => headers['user-agent'])
  assert.match(first ?? '', /^Mozilla/)
  assert.equal(second, 'picoclaw/1.2.3')
})

test('a call names the place it reaches, and its words come from outside', async () => {
  const tool = toolFor({ allow: () => false })
  const input = { url: 'https://Site.example:8443/path?q=1' }
  assert.deepEqual(tool.effects?.(input, contextOf()), ['network'])
  assert.equal(tool.destination?.(input, contextOf()), 'https://site.example:8443')
  assert.equal((await tool.run({ url: 'http://127.0.0.1:1/' }, contextOf())).outside, 'web')
})

test('a private place is read only when the owner has named it', () => {
  const at = (address: string, port = 80, host = address) => ({ host, port, address })
  const allow = privatePlaces([
    '192.168.1.10:8123',
    '10.1.0.0/16',
    'nas.local',
    '[fd00::1]:81',
    'fd01::/16',
    ' 127.0.0.5 ',
  ])
  for (const place of [
    at('192.168.1.10', 8123),
    at('10.1.200.3'),
    at('10.0.0.9', 443, 'nas.local'),
    at('', 443, 'nas.local'),
    at('fd00::1', 81),
    at('fd01::5'),
    at('127.0.0.5', 9999),
  ])
    assert.equal(allow(place), true, JSON.stringify(place))
  for (const place of [
    at('192.168.1.10', 80),
    at('192.168.1.11', 8123),
    at('10.2.0.1'),
    at('10.0.0.9', 443, 'other.local'),
    at('fd00::1', 80),
    at('127.0.0.1'),
    at('10.0.0.1', 80, 'nas.local.evil.example'),
  ])
    assert.equal(allow(place), false, JSON.stringify(place))
  assert.equal(privatePlaces([])(at('', 80, 'localhost')), false)
})

test('an entry that is no place is told by name', () => {
  for (const entry of ['10.0.0.0/40', '10.0.0.0/', 'a b', 'http://nas.local', ''])
    assert.throws(() => privatePlaces([entry]), /is no address, network or host name/, entry)
})

test('of a long page the main part is shown, with absolute addresses', () => {
  const words = 'A sentence that says something of weight about the matter. '.repeat(12)
  const html = `<html><head><title>The Title</title></head><body><div class="menu"><a href="/a">A</a> <a href="/b">B</a></div>
    <article><h2>Part</h2><p>${words}</p><p>${words}<a href="../more">more</a></p><p>${words}</p></article></body></html>`
  const text = htmlToMarkdown(html, 'https://site.example/deep/page')
  assert.match(text, /^# The Title\n/)
  assert.match(text, /\[more\]\(https:\/\/site\.example\/more\)/)
  assert.doesNotMatch(text, /site\.example\/a\)/)
})

test('what a reader does not see is not shown', () => {
  const hidden =
    '<p>seen</p><p hidden>one</p><div style="display:none">two</div><span aria-hidden="true">three</span><template>four</template><!-- five -->'
  assert.equal(htmlToMarkdown(hidden), 'seen')
})

test('a table keeps its rows', () => {
  const html = '<table><tr><th>A</th><th>B</th></tr><tr><td>1 | 2</td><td><b>x</b></td></tr></table>'
  assert.equal(htmlToMarkdown(html), '| A | B |\n| --- | --- |\n| 1 \\| 2 | **x** |')
})

test('markup that is nested too deep for markdown still gives its words', async () => {
  const deep = `<html>${'<div>'.repeat(30_000)}words`
  const { extractor, text } = await fetched(reply('text/html', deep), { format: 'markdown' })
  assert.deepEqual([extractor, text], ['text', 'words'])
})

test('text extraction takes time in proportion to the page, whatever the page holds', () => {
  for (const piece of ['<script', '<script>', '<!--', '<a <', '<p', '&', '</script', '<pre>'])
    assert.equal(typeof htmlToText(piece.repeat(200_000)), 'string')
})

test('entities, lines and quoted text come out as a reader sees them', () => {
  assert.equal(htmlToText('a &lt;b&gt; &amp;amp; &#228;&#xE4; &nope; &#0;'), 'a <b> &amp; ää &nope; \uFFFD')
  assert.equal(htmlToText('one<br>two<p>three</p>3 < 4'), 'one\ntwo\nthree\n3 < 4')
  assert.equal(htmlToText('<pre>a\n  b</pre>'), 'a\nb')
})
