import type { DeliveryKind } from '../../core/channel.ts'

/** What the HTTP status of an answer to a send means; undefined when it was sent. After an error of the server nobody knows. */
export function answerKind(status: number): DeliveryKind | undefined {
  if (status >= 200 && status < 300) return undefined
  if (status === 429) return 'rate-limit'
  if (status === 401) return 'auth'
  if (status === 403) return 'gone'
  return status >= 500 ? 'uncertain' : 'refused'
}
