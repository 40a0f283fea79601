import type { CacheMark } from '../../core/chat.ts'
import type { JsonObject } from '../../core/json.ts'
import type { WireMessage } from './messages.ts'

interface Prompt {
  readonly tools: readonly JsonObject[]
  readonly system: readonly JsonObject[]
  readonly messages: readonly WireMessage[]
}

/** The most marks that the API takes. */
const mostMarks = 4
const mark: JsonObject = { cache_control: { type: 'ephemeral' } }

/** The prompt with its cache marks set, empty system sections left out. Of too many marks the last ones count. */
export function withCacheMarks(
  { tools, system, messages }: Prompt,
  marks: readonly CacheMark[],
): {
  readonly tools: readonly JsonObject[]
  readonly system: readonly JsonObject[]
  readonly messages: readonly JsonObject[]
} {
  const kept = marks.slice(-mostMarks)
  const sections = new Set(kept.flatMap((place) => (place.after === 'system' ? [place.index] : [])))
  const turns = new Set(kept.flatMap((place) => (place.after === 'message' ? [place.index] : [])))
  const afterTools = kept.some((place) => place.after === 'tools')
  return {
    tools: afterTools ? markLast(tools) : tools,
    system: system
      .map((block, index) => (sections.has(index) ? { ...block, ...mark } : block))
      .filter((block) => block['text'] !== ''),
    messages: messages.map(({ role, content, from }) => ({
      role,
      content: from.some((index) => turns.has(index)) ? markLast(content) : content,
    })),
  }
}

/** Marks the last block that may carry a mark: thinking may not. */
function markLast(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const last = blocks.findLastIndex(({ type }) => type !== 'thinking' && type !== 'redacted_thinking')
  return blocks.map((block, index) => (index === last ? { ...block, ...mark } : block))
}
