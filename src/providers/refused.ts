import type { Failure } from '../core/failure.ts'
import type { Json, JsonObject } from '../core/json.ts'

/** Parameters that a request can do without. A name not listed here stays, and the refusal stands. */
const droppable = new Set([
  'temperature',
  'top_p',
  'top_k',
  'stop',
  'stop_sequences',
  'stream_options',
  'reasoning_effort',
  'reasoning',
  'thinking',
  'enable_thinking',
  'output_config',
  'tool_choice',
  'parallel_tool_calls',
  'prompt_cache_key',
  'response_format',
  'service_tier',
  'metadata',
  'user',
  'store',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'context_management',
  'reasoning_split',
  'max_completion_tokens',
  'max_tokens',
])
/** Two names for one thing: where one is refused, the other is tried. */
const otherName: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
}

/**
 * What a refusal asks us to change, as remembered in `refusedParams`: `name` is left out, `name=value` is left out while it has that
 * value, `name>other` is sent under the other name, `name<=7` is lowered to 7. Undefined when nothing can be done.
 */
export function mendingOf(failure: Failure, body: JsonObject): string | undefined {
  const name = parameterOf(failure)
  const value = name === undefined ? undefined : body[name]
  if (name === undefined || value === undefined || !droppable.has(name)) return undefined
  const said = failure.detail.preview ?? ''
  const other = otherName[name]
  if (other !== undefined) return mendingOfLimit(name, other, body, said)
  const aboutValue = /unsupported[ _]value|does not support [\w'".]+ with/i.test(said) && isPlain(value)
  return aboutValue ? `${name}=${JSON.stringify(value)}` : name
}

/** The request's own field that a 400 names: `body.stream_options.include_usage` means stream_options. */
function parameterOf({ kind, detail }: Failure): string | undefined {
  if (kind !== 'bad-request') return undefined
  return detail.param
    ?.replace(/^body\./, '')
    .split(/[.[]/)[0]
    ?.trim()
}

/** A token limit is lowered where it is too high, or sent under its other name where the name is the trouble. */
function mendingOfLimit(name: string, other: string, body: JsonObject, said: string): string | undefined {
  const most = highestIn(said)
  if (most !== undefined && most < Number(body[name])) return `${name}<=${most}`
  const unknown = /\bnot supported\b|unsupported|unrecognized|unknown|extra inputs|use '/i.test(said)
  return unknown && body[other] === undefined ? `${name}>${other}` : undefined
}

const isPlain = (value: Json): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** The highest value that a refusal of a too large number names. */
function highestIn(said: string): number | undefined {
  const found =
    /(?:max_tokens|max_completion_tokens): [\d,]+ > ([\d,]+)/i.exec(said) ??
    /(?:less than or equal to|at most|<=|maximum(?: value)?(?: is| of)?|cannot exceed|range of .{1,40}\[1,) ?([\d,]+)/i.exec(
      said,
    )
  const figure = Number(found?.[1]?.replaceAll(',', ''))
  return Number.isFinite(figure) && figure > 0 ? figure : undefined
}

/** The body without what this endpoint refused before. */
export function withoutRefused(body: JsonObject, refused: Iterable<string>): JsonObject {
  let result = body
  for (const entry of refused) result = mended(result, entry)
  return result
}

function mended(body: JsonObject, entry: string): JsonObject {
  const [, name = '', sign, rest = ''] = /^([\w-]+)(<=|=|>)?(.*)$/s.exec(entry) ?? []
  const value = body[name]
  if (value === undefined) return body
  if (sign === '<=') return typeof value === 'number' && value > Number(rest) ? { ...body, [name]: Number(rest) } : body
  if (sign === '=' && JSON.stringify(value) !== rest) return body
  const { [name]: _, ...others } = body
  return sign === '>' ? { ...others, [rest]: value } : others
}

/** One sentence for the person who asked. */
export function describeMending(entry: string, endpoint: string): string {
  const [, name = '', sign, rest = ''] = /^([\w-]+)(<=|=|>)?(.*)$/s.exec(entry) ?? []
  if (sign === '>') return `${endpoint} takes ${rest}, not ${name}; it was sent under that name.`
  if (sign === '<=') return `${endpoint} takes at most ${rest} for ${name}; it was lowered.`
  return `${endpoint} does not take ${name}${sign === '=' ? ` ${rest}` : ''}; it was left out.`
}
