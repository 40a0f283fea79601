import { type Engine, listAt, resultOf, withQuery } from '../engine.ts'

/** Brave Search: https://api-dashboard.search.brave.com/app/documentation/web-search */
export const brave: Engine = {
  label: '',
  base: 'https://api.search.brave.com/res/v1/web/search',
  needs: 'key',
  timeoutMs: 10_000,
  ranges: { '': '', d: 'pd', w: 'pw', m: 'pm', y: 'py' },
  request: ({ query, count, range }, { base, key }) => ({
    url: withQuery(base, { q: query, count: String(count), freshness: brave.ranges[range] }),
    headers: { accept: 'application/json', 'x-subscription-token': key },
  }),
  read: (body) =>
    listAt(body, 'web', 'results').map((item) =>
      resultOf(item, { title: 'title', url: 'url', snippet: 'description' }),
    ),
}
