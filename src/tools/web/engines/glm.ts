import { type Engine, listAt, resultOf } from '../engine.ts'

/** Zhipu's web search: https://docs.bigmodel.cn/api-reference */
export const glm: Engine = {
  label: 'GLM Search',
  base: 'https://open.bigmodel.cn/api/paas/v4/web_search',
  needs: 'key',
  timeoutMs: 15_000,
  ranges: { '': 'noLimit', d: 'oneDay', w: 'oneWeek', m: 'oneMonth', y: 'oneYear' },
  request: ({ query, count, range }, { base, key, variant = 'search_std' }) => ({
    url: base,
    headers: { authorization: `Bearer ${key}` },
    body: {
      search_query: query,
      search_engine: variant,
      search_intent: false,
      count,
      search_recency_filter: glm.ranges[range],
      content_size: 'medium',
    },
  }),
  read: (body) =>
    listAt(body, 'search_result').map((item) => resultOf(item, { title: 'title', url: 'link', snippet: 'content' })),
}
