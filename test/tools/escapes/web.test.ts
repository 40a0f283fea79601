import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import type { FetchOptions } from '../../../src/tools/web/fetch.ts'
import { webFetchTool } from '../../../src/tools/web/fetch.ts'
import { call } from '../context.ts'
import { changingNames, oddAddresses, redirects } from './web-classes.ts'

const secret = 'CANARY-51c0de'
let reached = 0
/** Stands for the public internet: sends on wherever it is asked to. */
const site = createServer((incoming, answer) => {
  const url = new URL(incoming.url ?? '/', 'http://site')
  const status = Number(url.searchParams.get('status') ?? 200)
  const location = url.searchParams.get('location')
  if (location === null) answer.end('a public page')
  else answer.writeHead(status, { location }).end()
})
/** Stands for a service of the house. */
const inner = createServer((_, answer) => {
  reached += 1
  answer.end(secret)
})
const portOf = (server: Server) => (server.address() as AddressInfo).port
before(async () => {
  for (const each of [site, inner]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))
})
after(() => {
  for (const each of [site, inner]) {
    each.close()
    each.closeAllConnections()
  }
})

const fill = (text: string) => text.replaceAll('{site}', `${portOf(site)}`).replaceAll('{inner}', `${portOf(inner)}`)
/** As if the site's port on loopback were the public internet, and nothing else. */
const guarded: FetchOptions['allow'] = ({ port, address }) => address === '127.0.0.1' && port === portOf(site)
const open: FetchOptions['allow'] = () => true
const home = async () => ['127.0.0.1']

async function attempt(url: string, guard: Pick<FetchOptions, 'allow' | 'lookup'>) {
  reached = 0
  const tool = webFetchTool({ version: '1', ...guard })
  const { text, failed } = await call(tool, { url: fill(url) })
  return { text, failed, escaped: reached > 0 || text.includes(secret) || text.includes('root:') }
}

suite('escape by web page: odd addresses', () => {
  for (const url of oddAddresses)
    test(JSON.stringify(url), async () => {
      const { text, failed, escaped } = await attempt(url, { allow: guarded, lookup: home })
      assert.deepEqual({ failed, escaped }, { failed: true, escaped: false }, text)
    })
  test('the class proves something: with every address allowed it gets out', async () => {
    for (const url of ['http://2130706433:{inner}/', 'http://127.0.0.1:{inner}/', 'http://localhost:{inner}/'])
      assert.equal((await attempt(url, { allow: open, lookup: home })).escaped, true, url)
  })
})

const sentOn = ({ status, location }: (typeof redirects)[number]) =>
  `http://site.example:{site}/to?status=${status}&location=${encodeURIComponent(fill(location))}`

suite('escape by web page: redirects', () => {
  for (const row of redirects)
    test(`${row.status} to ${row.location}`, async () => {
      const { text, failed, escaped } = await attempt(sentOn(row), { allow: guarded, lookup: home })
      assert.deepEqual({ failed, escaped }, { failed: true, escaped: false }, text)
    })
  test('the class proves something: with every address allowed it gets out', async () => {
    for (const row of redirects.filter(({ location }) => /^(?:http|\/\/|\/to).*127\.0\.0\.1(?::|%)/.test(location)))
      if (!row.location.includes('@') && !row.location.includes('['))
        assert.equal((await attempt(sentOn(row), { allow: open, lookup: home })).escaped, true, row.location)
  })
})

suite('escape by web page: names that lead elsewhere, at once or later', () => {
  const answering = (answers: (typeof changingNames)[number]['answers']) => {
    let asked = 0
    return async () => answers[Math.min(asked++, answers.length - 1)] ?? []
  }
  for (const { url, answers } of changingNames)
    test(`${url} as ${answers.map((answer) => answer.join(' ')).join(', then ')}`, async () => {
      const { text, failed, escaped } = await attempt(url, { allow: guarded, lookup: answering(answers) })
      assert.deepEqual({ failed, escaped }, { failed: true, escaped: false }, text)
    })
  test('the class proves something: with every address allowed it gets out', async () => {
    for (const { url, answers } of changingNames.filter(({ answers }) =>
      answers.flat().every((ip) => ip === '127.0.0.1'),
    ))
      assert.equal((await attempt(url, { allow: open, lookup: answering(answers) })).escaped, true, url)
  })
})

test('every class has at least twenty ways to try', () => {
  for (const rows of [oddAddresses, redirects, changingNames])
    assert.ok(new Set(rows.map((row) => JSON.stringify(row))).size >= 20)
})
