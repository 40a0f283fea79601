import Anthropic from '@anthropic-ai/sdk'
import { converse } from '../converse.ts'
import type { Dialect } from '../dialect.ts'
import type { Endpoint, Protocol } from '../endpoint.ts'
import { forwardedHeaders } from '../relay.ts'
import { requestHeaders } from '../request-headers.ts'
import { noSdkTimeoutMs, placeholderKey, sdkHeaders } from '../sdk.ts'
import { chatUrl } from '../wire-model.ts'
import { decoder } from './decode.ts'
import { encode } from './encode.ts'
import { dialectId } from './messages.ts'

/** The version of the API that every vendor of this dialect knows. */
const version = '2023-06-01'
/** What a login's token must say, and how such a token begins. */
const loginBeta = 'oauth-2025-04-20'
const isLoginToken = (token: string) => token.startsWith('sk-ant-oat')

/** Anthropic's Messages API, and everyone who speaks it. */
export const anthropicMessagesDialect: Dialect = {
  id: dialectId,
  url: (endpoint) => chatUrl(endpoint, dialectId),
  encode,
  headers: (endpoint, token, client) => {
    const given = client ? forwardedHeaders(client) : {}
    return requestHeaders(endpoint, { 'anthropic-version': version, ...given, ...credentials(endpoint, token, given) })
  },
  async send(url, body, headers, fetch) {
    const client = new Anthropic({
      apiKey: placeholderKey,
      baseURL: url,
      defaultHeaders: { Authorization: null, 'x-api-key': null },
      maxRetries: 0,
      timeout: noSdkTimeoutMs,
      logLevel: 'off',
      fetch: (address, init) => fetch(address, { ...init, headers: sdkHeaders(init?.headers, headers) }),
    })
    return client.post(url, { body }).asResponse()
  },
  decoder,
}

/** A key goes into `x-api-key`, a login's token into `authorization`, with the beta that allows it. */
function credentials(
  { entry }: Endpoint,
  token: string | undefined,
  given: Record<string, string>,
): Record<string, string> {
  if (token === undefined || token === '') return {}
  const login = entry.auth === 'oauth' || isLoginToken(token)
  if (!login) return entry.auth === 'token' ? { authorization: `Bearer ${token}` } : { 'x-api-key': token }
  const betas = (given['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim())
  const all = [...new Set([...betas.filter(Boolean), loginBeta])]
  return { authorization: `Bearer ${token}`, 'anthropic-beta': all.join(',') }
}

const anthropicMessages: Protocol = (endpoint) => converse(anthropicMessagesDialect, endpoint)
export default anthropicMessages
