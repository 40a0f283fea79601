import type { Usage } from '../../core/chat.ts'
import type { JsonObject } from '../../core/json.ts'
import { defined, readCount, readObject } from '../read.ts'

/** OpenAI's counts, where the prompt includes what was cached, as ours, where it does not. */
export function readUsage(wire: JsonObject): Usage {
  const prompt = readCount(wire['prompt_tokens']) ?? 0
  const completion = readCount(wire['completion_tokens']) ?? 0
  const detail = readObject(wire['prompt_tokens_details'])
  const cacheRead = firstCount(detail?.['cached_tokens'], wire['prompt_cache_hit_tokens'], wire['cached_tokens'])
  const cacheWrite = firstCount(
    detail?.['cache_write_tokens'],
    detail?.['cache_creation_tokens'],
    wire['cache_creation_input_tokens'],
  )
  const reasoning = readCount(readObject(wire['completion_tokens_details'])?.['reasoning_tokens'])
  const total = readCount(wire['total_tokens'])
  // Some vendors count reasoning beside the completion, not in it: their total tells.
  const beside = reasoning !== undefined && total === prompt + completion + reasoning ? reasoning : 0
  return {
    input: Math.max(0, prompt - cacheRead - cacheWrite),
    output: completion + beside,
    cacheRead,
    cacheWrite,
    ...defined({ reasoning }),
  }
}

const firstCount = (...values: readonly unknown[]): number =>
  values.map(readCount).find((count) => count !== undefined) ?? 0
