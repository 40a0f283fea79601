import OpenAI from 'openai'
import { converse } from '../converse.ts'
import type { Dialect } from '../dialect.ts'
import type { Protocol } from '../endpoint.ts'
import { forwardedHeaders } from '../relay.ts'
import { noSdkTimeoutMs, placeholderKey, sdkHeaders } from '../sdk.ts'
import { requestHeaders } from '../request-headers.ts'
import { chatUrl } from '../wire-model.ts'
import { decoder } from './decode.ts'
import { encode } from './encode.ts'
import { dialectId } from './messages.ts'

/** OpenAI's Chat Completions API, and everyone who speaks it. */
export const openaiChatDialect: Dialect = {
  id: dialectId,
  url: (endpoint) => chatUrl(endpoint, dialectId),
  encode,
  headers: (endpoint, token, client) =>
    requestHeaders(endpoint, {
      ...(client && forwardedHeaders(client)),
      ...(token !== undefined && token !== '' && { authorization: `Bearer ${token}` }),
    }),
  async send(url, body, headers, fetch) {
    const client = new OpenAI({
      apiKey: placeholderKey,
      organization: null,
      project: null,
      baseURL: url,
      defaultHeaders: { Authorization: null },
      maxRetries: 0,
      timeout: noSdkTimeoutMs,
      logLevel: 'off',
      fetch: (address, init) => fetch(address, { ...init, headers: sdkHeaders(init?.headers, headers) }),
    })
    return client.post(url, { body }).asResponse()
  },
  decoder,
}

const openaiChat: Protocol = (endpoint) => converse(openaiChatDialect, endpoint)
export default openaiChat
