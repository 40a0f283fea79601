import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { EngineName, EngineSetup } from '../../src/tools/web/engines.ts'
import { webSearchTool } from '../../src/tools/web/search.ts'
import { httpServer, json, type Recorded, type ScriptedReply } from '../fakes/http-server.ts'
import { call, contextOf } from './context.ts'

interface Wire {
  readonly path: string
  readonly method: 'GET' | 'POST'
  /** Headers that must be there, word for word. `{key}` is the key of the call. */
  readonly headers: Readonly<Record<string, string>>
  /** Query of a GET, body of a POST: exactly this. */
  readonly asked: Readonly<Record<string, unknown>>
  /** The same when only results of the last week are wanted. */
  readonly week: Readonly<Record<string, unknown>>
  readonly answer: string | object
  readonly shown: string
  readonly keyed: boolean
}

const hit = (url: string, title: string, words: string, names = ['title', 'url', 'content']) => ({
  [names[0] ?? '']: title,
  [names[1] ?? '']: url,
  [names[2] ?? '']: words,
})
const two = (label: string) =>
  `Results for: two words & more${label}\n1. First & best\n   https://one.example/\n   About one.\n2. Second\n   https://two.example/\n   About two.`
const duckPage = `<html><body><div class="result result--ad"><h2><a rel="nofollow" class="result__a" href="https://duckduckgo.com/y.js?ad_domain=x.example">Buy</a></h2>
<a class="result__snippet" href="https://duckduckgo.com/y.js">An advertisement.</a></div>
<div class="result"><h2 class="result__title"><a rel="nofollow" class="result__a" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fone.example%2F&amp;rut=ab12">First &amp; <b>best</b></a></h2>
<a class="result__snippet" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fone.example%2F">About <b>one</b>.</a></div>
<div class="result"><h2><a class="result__a" href="https://two.example/">Second</a></h2><a class="result__snippet" href="https://two.example/">About two.</a></div></body></html>`

/** The seven engines as their own documents describe them. */
const wires = {
  brave: {
    path: '/res/v1/web/search',
    method: 'GET',
    headers: { 'x-subscription-token': '{key}', accept: 'application/json' },
    asked: { q: 'two words & more', count: '3' },
    week: { freshness: 'pw' },
    answer: {
      type: 'search',
      web: {
        type: 'search',
        results: [
          hit('https://one.example/', 'First &amp; <strong>best</strong>', 'About one.', [
            'title',
            'url',
            'description',
          ]),
          hit('https://two.example/', 'Second', 'About <strong>two</strong>.', ['title', 'url', 'description']),
        ],
      },
    },
    shown: two(''),
    keyed: true,
  },
  tavily: {
    path: '/search',
    method: 'POST',
    headers: { authorization: 'Bearer {key}', 'content-type': 'application/json' },
    asked: {
      api_key: '{key}',
      query: 'two words & more',
      search_depth: 'advanced',
      include_answer: false,
      include_images: false,
      include_raw_content: false,
      max_results: 3,
    },
    week: { time_range: 'week' },
    answer: {
      query: 'two words & more',
      answer: null,
      results: [
        { ...hit('https://one.example/', 'First & best', 'About one.'), score: 0.9, raw_content: null },
        { ...hit('https://two.example/', 'Second', 'About two.'), score: 0.5, raw_content: null },
      ],
      response_time: 1.2,
    },
    shown: two(' (via Tavily)'),
    keyed: true,
  },
  perplexity: {
    path: '/chat/completions',
    method: 'POST',
    headers: { authorization: 'Bearer {key}', 'content-type': 'application/json' },
    asked: {
      model: 'sonar',
      messages: [
        {
          role: 'system',
          content:
            'You search the web. Give 3 results at most, each with its title, its address and what it says in two sentences.',
        },
        { role: 'user', content: 'two words & more' },
      ],
      max_tokens: 1000,
    },
    week: { search_recency_filter: 'week' },
    answer: {
      id: 'a',
      model: 'sonar',
      search_results: [{ title: 'First', url: 'https://one.example/', date: '2026-01-01' }],
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'One says this.' } }],
    },
    shown: 'Results for: two words & more (via Perplexity)\nOne says this.\n\nSources:\n- First: https://one.example/',
    keyed: true,
  },
  searxng: {
    path: '/search',
    method: 'GET',
    headers: { accept: 'application/json' },
    asked: { q: 'two words & more', format: 'json', categories: 'general' },
    week: { time_range: 'week' },
    answer: {
      query: 'two words & more',
      number_of_results: 2,
      results: [
        { ...hit('https://one.example/', 'First & best', 'About one.'), engine: 'a', score: 1 },
        { ...hit('https://two.example/', 'Second', 'About two.'), engine: 'b', score: 0.4 },
      ],
      answers: [],
      suggestions: [],
    },
    shown: two(' (via SearXNG)'),
    keyed: false,
  },
  duckduckgo: {
    path: '/html/',
    method: 'GET',
    headers: {},
    asked: { q: 'two words & more' },
    week: { df: 'w' },
    answer: duckPage,
    shown: two(' (via DuckDuckGo)'),
    keyed: false,
  },
  glm: {
    path: '/api/paas/v4/web_search',
    method: 'POST',
    headers: { authorization: 'Bearer {key}', 'content-type': 'application/json' },
    asked: {
      search_query: 'two words & more',
      search_engine: 'search_std',
      search_intent: false,
      count: 3,
      search_recency_filter: 'noLimit',
      content_size: 'medium',
    },
    week: { search_recency_filter: 'oneWeek' },
    answer: {
      id: 'x',
      created: 1,
      search_intent: [],
      search_result: [
        { ...hit('https://one.example/', 'First & best', 'About one.', ['title', 'link', 'content']), refer: 'ref_1' },
        { ...hit('https://two.example/', 'Second', 'About two.', ['title', 'link', 'content']), refer: 'ref_2' },
      ],
    },
    shown: two(' (via GLM Search)'),
    keyed: true,
  },
  baidu: {
    path: '/v2/ai_search/web_search',
    method: 'POST',
    headers: { authorization: 'Bearer {key}', 'content-type': 'application/json' },
    asked: {
      messages: [{ role: 'user', content: 'two words & more' }],
      search_source: 'baidu_search_v2',
      resource_type_filter: [{ type: 'web', top_k: 3 }],
    },
    week: { search_recency_filter: 'week' },
    answer: {
      request_id: 'r',
      references: [
        { ...hit('https://one.example/', 'First & best', 'About one.'), id: 1, type: 'web' },
        { ...hit('https://two.example/', 'Second', 'About two.'), id: 2, type: 'web' },
      ],
    },
    shown: two(' (via Baidu Search)'),
    keyed: true,
  },
} satisfies Record<EngineName, Wire>
const names = Object.keys(wires) as EngineName[]
const wireOf = (name: EngineName): Wire => wires[name]

/** Answers as the service would: what it does not know in method, path, headers, query or body is refused. */
const strict =
  (name: EngineName, key: string, more: Readonly<Record<string, unknown>> = {}) =>
  (request: Recorded): ScriptedReply => {
    const { path, method, headers, asked, answer } = wireOf(name)
    const url = new URL(request.url, 'http://engine')
    if (url.pathname !== path) return json({ error: `no such path: ${url.pathname}` }, 404)
    if (request.method !== method) return json({ error: 'method not allowed' }, 405)
    for (const [header, value] of Object.entries(headers))
      if (request.headers[header] !== value.replace('{key}', key)) return json({ error: `bad ${header}` }, 400)
    const wanted = JSON.parse(JSON.stringify({ ...asked, ...more }).replaceAll('{key}', key)) as unknown
    const got: unknown = method === 'GET' ? Object.fromEntries(url.searchParams) : JSON.parse(request.body.toString())
    try {
      assert.deepEqual(got, wanted)
    } catch {
      return json({ error: `bad request: ${JSON.stringify(got)}` }, 400)
    }
    return typeof answer === 'string' ? { headers: { 'content-type': 'text/html' }, chunks: [answer] } : json(answer)
  }

const setupOf = (name: EngineName, url: string, keys: readonly string[]): EngineSetup => ({
  name,
  enabled: true,
  keys: wireOf(name).keyed ? keys : [],
  base: name === 'searxng' ? url : `${url}${wireOf(name).path}`,
  count: 3,
  ...(name === 'glm' && { variant: 'search_std' }),
})
const search = (setup: EngineSetup, input = {}) =>
  call(webSearchTool({ setup, fetch: globalThis.fetch }), { query: 'two words & more', ...input })

suite('each engine is asked in its own words and read in its own shape', () => {
  for (const name of names) {
    test(name, async () => {
      await using server = await httpServer(strict(name, 'k-1'))
      assert.deepEqual(await search(setupOf(name, server.url, ['k-1'])), { text: wireOf(name).shown, failed: false })
    })
    test(`${name}, only of the last week`, async () => {
      await using server = await httpServer(strict(name, 'k-1', wireOf(name).week))
      const { text, failed } = await search(setupOf(name, server.url, ['k-1']), { range: ' W ' })
      assert.deepEqual({ text, failed }, { text: wireOf(name).shown, failed: false })
    })
  }
})

const refusal = (status: number) => json({ message: 'not now' }, status)

suite('a pool of keys', () => {
  for (const name of names.filter((name) => wireOf(name).keyed))
    test(`${name}: past a key that is used up and one that is refused to one that works, and then on from there`, async () => {
      await using server = await httpServer(
        refusal(429),
        refusal(401),
        strict(name, 'k-3'),
        strict(name, 'k-2'),
        refusal(503),
        strict(name, 'k-1'),
      )
      const setup = setupOf(name, server.url, ['k-1', 'k-2', 'k-3'])
      const tool = webSearchTool({ setup, fetch: globalThis.fetch })
      for (const requests of [3, 4, 6]) {
        const { text } = await call(tool, { query: 'two words & more' })
        assert.equal(text, wireOf(name).shown)
        assert.equal(server.requests.length, requests)
      }
    })

  test('a request that is wrong in itself is not repeated with another key', async () => {
    await using server = await httpServer(refusal(422))
    const { text, failed } = await search(setupOf('brave', server.url, ['k-1', 'k-2']))
    assert.ok(failed)
    assert.match(text, /search failed: Brave: it answered with status 422: .*not now/)
    assert.equal(server.requests.length, 1)
  })

  test('a connection that breaks is tried with the next key', async () => {
    await using server = await httpServer({ ending: 'cut' }, strict('tavily', 'k-2'))
    assert.equal((await search(setupOf('tavily', server.url, ['k-1', 'k-2']))).text, wireOf('tavily').shown)
  })

  test('when none works, the last reason is told, without a key', async () => {
    await using server = await httpServer(refusal(429), json({ error: 'key k-secret-2 is unknown' }, 401))
    const { text, failed } = await search(setupOf('brave', server.url, ['k-secret-1', 'k-secret-2']))
    assert.ok(failed)
    assert.match(text, /search failed: Brave, all api keys failed, last error: it answered with status 401/)
    assert.doesNotMatch(text, /k-secret/)
  })
})

test('a key does not follow a redirect', async () => {
  await using other = await httpServer(json({}))
  await using server = await httpServer({ status: 307, headers: { location: other.url } })
  assert.match((await search(setupOf('brave', server.url, ['k-1']))).text, /status 307/)
  assert.equal(other.requests.length, 0)
})

test('nothing found and nothing that can be read are told apart', async () => {
  await using server = await httpServer(json({ web: { results: [] } }), { chunks: ['<html>oh'] })
  const setup = setupOf('brave', server.url, ['k-1'])
  assert.deepEqual(await search(setup), { text: 'No results for: two words & more', failed: false })
  assert.deepEqual(await search(setup), { text: 'search failed: Brave: its answer is not JSON.', failed: true })
})

test('a page that asks for proof of a person is told as such', async () => {
  await using server = await httpServer({ status: 200, chunks: ['<form id="challenge-form" class="anomaly-modal">'] })
  assert.match((await search(setupOf('duckduckgo', server.url, []))).text, /proof that a person is searching/)
})

test('a count out of range is the usual one, a range that is none is refused', async () => {
  await using server = await httpServer(strict('brave', 'k-1'))
  const setup = setupOf('brave', server.url, ['k-1'])
  assert.equal((await search(setup, { count: 99 })).text, wireOf('brave').shown)
  assert.match((await search(setup, { range: 'century' })).text, /"century" is no range. Use d, w, m or y/)
})

test('results are marked as words from outside, errors too; a search has no effects', async () => {
  await using server = await httpServer(strict('brave', 'k-1'), refusal(500))
  const tool = webSearchTool({ setup: setupOf('brave', server.url, ['k-1']), fetch: globalThis.fetch })
  for (const failed of [undefined, true]) {
    const output = await tool.run({ query: 'two words & more' }, contextOf())
    assert.deepEqual([output.outside, output.isError], ['web', failed])
  }
  assert.equal(tool.effects, undefined)
})

test('an abort ends a search with its own reason', async () => {
  const stop = new AbortController()
  await using server = await httpServer(() => {
    stop.abort(new Error('enough'))
    return { ending: 'headers-never' }
  })
  const tool = webSearchTool({ setup: setupOf('brave', server.url, ['k-1']), fetch: globalThis.fetch })
  await assert.rejects(tool.run({ query: 'x' }, contextOf('cli', stop.signal)), /enough/)
})
