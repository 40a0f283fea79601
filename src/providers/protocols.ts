import type { ProtocolId } from '../models/vendor.ts'
import type { Protocol } from './endpoint.ts'

/** The protocols that are built, each loaded when the first endpoint needs it: a single question loads a single SDK. */
export const protocols: Partial<Record<ProtocolId, () => Promise<{ readonly default: Protocol }>>> = {
  'openai-chat': () => import('./openai-chat/index.ts'),
  'anthropic-messages': () => import('./anthropic-messages/index.ts'),
}
