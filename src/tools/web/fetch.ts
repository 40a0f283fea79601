import { z } from 'zod'
import { Problem } from '../../core/problem.ts'
import type { Tool } from '../../core/tool.ts'
import { guardedFetch, type GuardedAnswer, type GuardOptions } from '../../kit/guarded-fetch.ts'
import { defineTool } from '../define.ts'
import { browser } from './browser.ts'
import { readable } from './page/readable.ts'

export interface FetchOptions {
  /** The most bytes of a page; a longer one is refused. Default 10 MiB. */
  readonly maxBytes?: number
  /** What becomes of HTML. Default plaintext. */
  readonly format?: 'plaintext' | 'markdown'
  /** Of this program, for pages that ask who we really are. */
  readonly version: string
  /** Places that are not on the public internet and may be read all the same. */
  readonly allow?: GuardOptions['allow']
  /** Addresses of a host name. Absent: as the system finds them. */
  readonly lookup?: GuardOptions['lookup']
}

const usualLength = 50_000
const longest = 500_000

/** web_fetch: reads one page of the public internet. */
export function webFetchTool({
  maxBytes = 10 * 1024 * 1024,
  format = 'plaintext',
  version,
  ...guard
}: FetchOptions): Tool {
  const get = (url: string, agent: string, signal: AbortSignal) =>
    guardedFetch(url, {
      maxBytes,
      timeoutMs: 60_000,
      maxRedirects: 5,
      signal,
      headers: {
        'user-agent': agent,
        accept: 'text/html,application/xhtml+xml,application/json,text/*;q=0.9,*/*;q=0.5',
      },
      ...(guard.allow && { allow: guard.allow }),
      ...(guard.lookup && { lookup: guard.lookup }),
    })
  return defineTool({
    name: 'web_fetch',
    description: 'Reads a web page or file by its address (http or https) and shows its text.',
    input: z.object({
      url: z.string().trim().min(1).describe('The address.'),
      maxChars: z.int().min(100).max(longest).optional().describe(`Characters to show. Default ${usualLength}.`),
    }),
    readOnly: true,
    effects: ['network'],
    destination: ({ url }) => (URL.canParse(url) ? new URL(url).origin : undefined),
    outside: 'web',
    // The text is written as JSON, which may take six characters for one.
    limit: longest * 6 + 1000,
    async run({ url, maxChars = usualLength }, { signal }) {
      const first = await get(url, browser, signal)
      const answer = isChallenge(first) ? await get(url, `picoclaw/${version}`, signal) : first
      if (answer.truncated)
        throw new Problem(`failed to read response: size exceeded ${maxBytes} bytes limit`, {
          mend: 'The owner may raise tools.web.fetch_limit_bytes.',
        })
      const { extractor, text } = await readable(answer, format)
      const truncated = text.length > maxChars
      const shown = truncated
        ? `${text.slice(0, maxChars).toWellFormed()}\n[Content truncated due to size limit]`
        : text
      return JSON.stringify(
        { url: answer.url, status: answer.status, extractor, truncated, length: shown.length, text: shown },
        null,
        2,
      )
    },
  })
}

/** A guard that lets honest programs through and stops those that call themselves browsers. */
const isChallenge = ({ status, headers }: GuardedAnswer): boolean =>
  status === 403 && headers['cf-mitigated'] === 'challenge'
