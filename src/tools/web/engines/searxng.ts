import { type Engine, listAt, resultOf, withQuery } from '../engine.ts'

/** A SearXNG server of one's own, with `json` among its `search.formats`: https://docs.searxng.org/dev/search_api.html */
export const searxng: Engine = {
  label: 'SearXNG',
  base: '',
  needs: 'base',
  timeoutMs: 10_000,
  direct: true,
  ranges: { '': '', d: 'day', w: 'week', m: 'month', y: 'year' },
  request: ({ query, range }, { base }) => ({
    url: withQuery(`${base.replace(/\/+$/, '')}/search`, {
      q: query,
      format: 'json',
      categories: 'general',
      time_range: searxng.ranges[range],
    }),
    headers: { accept: 'application/json' },
  }),
  read: (body) =>
    listAt(body, 'results').map((item) => resultOf(item, { title: 'title', url: 'url', snippet: 'content' })),
}
