import { Problem } from '../../../core/problem.ts'
import { browser } from '../browser.ts'
import { type Engine, type SearchResult, withQuery } from '../engine.ts'
import { attributeOf, inlineText } from '../page/text.ts'

/** DuckDuckGo's page for browsers without scripts. It needs no key and has no contract, so it is read with a soft hand. */
export const duckduckgo: Engine = {
  label: 'DuckDuckGo',
  base: 'https://html.duckduckgo.com/html/',
  needs: 'nothing',
  timeoutMs: 10_000,
  ranges: { '': '', d: 'd', w: 'w', m: 'm', y: 'y' },
  request: ({ query, range }, { base }) => ({
    url: withQuery(base, { q: query, df: duckduckgo.ranges[range] }),
    headers: { 'user-agent': browser, accept: 'text/html', 'accept-language': 'en-US,en;q=0.8' },
  }),
  read(body) {
    if (/class="[^"]*anomaly|id="challenge-form"/.test(body))
      throw new Problem('it asks for proof that a person is searching; try later, or set up an engine with a key')
    const anchors = anchorsOf(body)
    const titles = anchors.filter(({ names }) => names.includes('result__a'))
    return titles.flatMap((title, index): SearchResult[] => {
      const url = targetOf(title.href)
      if (url === undefined) return []
      const end = titles[index + 1]?.at ?? Infinity
      const snippet = anchors.find(({ names, at }) => names.includes('result__snippet') && at > title.at && at < end)
      return [{ title: title.text, url, snippet: snippet?.text ?? '' }]
    })
  },
}

interface Anchor {
  readonly at: number
  readonly names: readonly string[]
  readonly href: string
  readonly text: string
}

function anchorsOf(body: string): readonly Anchor[] {
  const found: Anchor[] = []
  for (let at = body.indexOf('<a '); at !== -1; at = body.indexOf('<a ', at + 1)) {
    const open = body.indexOf('>', at)
    const close = body.indexOf('</a>', open)
    if (open === -1 || close === -1) break
    const tag = body.slice(at, open)
    found.push({
      at,
      names: attributeOf(tag, 'class').split(/\s+/),
      href: attributeOf(tag, 'href'),
      text: inlineText(body.slice(open + 1, close)),
    })
  }
  return found
}

/** Where a result leads: behind DuckDuckGo's own counting address. Advertisements lead nowhere. */
function targetOf(href: string): string | undefined {
  const url = URL.canParse(href, 'https://duckduckgo.com') ? new URL(href, 'https://duckduckgo.com') : undefined
  if (!url || url.pathname === '/y.js') return undefined
  return url.searchParams.get('uddg') ?? (url.hostname.endsWith('duckduckgo.com') ? undefined : url.href)
}
