import { Problem } from '../../../core/problem.ts'
import { type Engine, listAt, parsed, valueAt } from '../engine.ts'

/** Perplexity: a model that searches and answers in words. https://docs.perplexity.ai/api-reference/chat-completions-post */
export const perplexity: Engine = {
  label: 'Perplexity',
  base: 'https://api.perplexity.ai/chat/completions',
  needs: 'key',
  timeoutMs: 30_000,
  ranges: { '': '', d: 'day', w: 'week', m: 'month', y: 'year' },
  request: ({ query, count, range }, { base, key }) => ({
    url: base,
    headers: { authorization: `Bearer ${key}` },
    body: {
      model: 'sonar',
      messages: [
        {
          role: 'system',
          content: `You search the web. Give ${count} results at most, each with its title, its address and what it says in two sentences.`,
        },
        { role: 'user', content: query },
      ],
      max_tokens: 1000,
      ...(range !== '' && { search_recency_filter: perplexity.ranges[range] }),
    },
  }),
  read(body) {
    const words = valueAt(parsed(body), ['choices', '0', 'message', 'content'])
    if (typeof words !== 'string' || words.trim() === '') throw new Problem('its answer has no words')
    const sources = listAt(body, 'search_results').flatMap(({ title, url }) =>
      typeof url === 'string' ? [`- ${typeof title === 'string' ? `${title}: ` : ''}${url}`] : [],
    )
    return sources.length === 0 ? words.trim() : `${words.trim()}\n\nSources:\n${sources.join('\n')}`
  },
}
