import { findSafeBoundary, isSafeBoundary, turnBoundaries } from '../../src/agent/boundaries.ts'
import { sendable } from '../../src/agent/history.ts'
import { secretFilter } from '../../src/agent/secret-filter.ts'
import { parseSteeringMode } from '../../src/agent/steering.ts'
import { isOverBudget } from '../../src/agent/tokens.ts'
import { formatToolFeedback, type ToolFeedback } from '../../src/agent/tool-feedback.ts'
import type { Json } from '../../src/core/json.ts'
import { mask, redactor } from '../../src/kit/redact.ts'
import { parseEffort } from '../../src/models/row-readers.ts'
import { encodeMessages } from '../../src/providers/openai-chat/messages.ts'
import { fakeEndpoint } from '../fakes/endpoint.ts'
import type { Adapters } from './adapters.ts'
import { readMessages, readTools } from './message-form.ts'

interface History {
  readonly history: Json
}
const logOf = ({ history }: History) => readMessages(history).messages

export const adapters = {
  turnBoundaries: (input: History) => turnBoundaries(logOf(input)),
  isSafeBoundary: ({ index, ...input }: History & { index: number }) => isSafeBoundary(logOf(input), index),
  findSafeBoundary: ({ target, ...input }: History & { target: number }) => findSafeBoundary(logOf(input), target),
  isOverContextBudget: ({
    contextWindow: window,
    messages,
    tools,
    maxTokens,
  }: {
    contextWindow: number
    messages: Json
    tools: Json
    maxTokens: number
  }) => isOverBudget({ ...readMessages(messages), tools: readTools(tools) }, { window, maxTokens }),
  parseThinkingLevel: (level: string) => parseEffort(level),
  parseSteeringMode: (mode: string) => parseSteeringMode(mode),
  async sanitizeHistory(input: History) {
    const messages = await encodeMessages(sendable(logOf(input)), {
      endpoint: fakeEndpoint(),
      author: '',
      keepThinking: 'auto',
      replayReasoning: false,
    })
    return { roles: messages.map(({ role }) => role), messages }
  },
  /** The vectors have another word for our mask. */
  filterSecrets: ({
    enabled,
    minLength,
    secrets,
    content,
  }: {
    enabled: boolean
    minLength: number
    secrets: readonly string[]
    content: string
  }) => secretFilter({ enabled, minLength, redact: redactor(secrets).text })(content).replaceAll(mask, '[FILTERED]'),
  formatToolFeedback: (input: ToolFeedback) => formatToolFeedback(input),
} satisfies Adapters
