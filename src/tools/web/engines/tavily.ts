import { type Engine, listAt, resultOf } from '../engine.ts'

/** Tavily: https://docs.tavily.com/documentation/api-reference/endpoint/search. Older servers read the key in the body. */
export const tavily: Engine = {
  label: 'Tavily',
  base: 'https://api.tavily.com/search',
  needs: 'key',
  timeoutMs: 10_000,
  ranges: { '': '', d: 'day', w: 'week', m: 'month', y: 'year' },
  request: ({ query, count, range }, { base, key }) => ({
    url: base,
    headers: { authorization: `Bearer ${key}` },
    body: {
      api_key: key,
      query,
      search_depth: 'advanced',
      include_answer: false,
      include_images: false,
      include_raw_content: false,
      max_results: count,
      ...(range !== '' && { time_range: tavily.ranges[range] }),
    },
  }),
  read: (body) =>
    listAt(body, 'results').map((item) => resultOf(item, { title: 'title', url: 'url', snippet: 'content' })),
}
