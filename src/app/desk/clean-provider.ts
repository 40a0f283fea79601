import type { ChatRequest } from '../../core/chat.ts'
import type { Provider } from '../../core/provider.ts'
import type { Redactor } from '../../kit/redact.ts'

/**
 * The same provider; no secret is sent to it, whoever said it: the person, the model itself or a tool. What a conversation sends is then
 * also what its stored form will send at the next turn, so that vendors find it in their caches.
 */
export function cleanProvider(provider: Provider, redact: Redactor): Provider {
  return {
    ...provider,
    open(call, signal) {
      let clean: ChatRequest | undefined
      return provider.open({ ...call, request: () => (clean ??= redact.value(call.request())) }, signal)
    },
  }
}
