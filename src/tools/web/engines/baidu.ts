import { type Engine, listAt, resultOf } from '../engine.ts'

/** Baidu's web search: https://cloud.baidu.com/doc/qianfan-api. It knows no day. */
export const baidu: Engine = {
  label: 'Baidu Search',
  base: 'https://qianfan.baidubce.com/v2/ai_search/web_search',
  needs: 'key',
  timeoutMs: 30_000,
  ranges: { '': '', d: 'week', w: 'week', m: 'month', y: 'year' },
  request: ({ query, count, range }, { base, key }) => ({
    url: base,
    headers: { authorization: `Bearer ${key}` },
    body: {
      messages: [{ role: 'user', content: query }],
      search_source: 'baidu_search_v2',
      resource_type_filter: [{ type: 'web', top_k: count }],
      ...(range !== '' && { search_recency_filter: baidu.ranges[range] }),
    },
  }),
  read: (body) =>
    listAt(body, 'references').map((item) => resultOf(item, { title: 'title', url: 'url', snippet: 'content' })),
}
