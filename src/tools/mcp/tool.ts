import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Tool, ToolOutput } from '../../core/tool.ts'
import { checkOf } from '../json-schema.ts'
import type { RemoteTool } from './ports.ts'

/** Characters of a description that a model is shown. */
const longestDescription = 4000
/** Characters of a schema, as JSON, that are sent with every request. */
const longestSchema = 64_000

/** True when a tool's own description of itself is small enough to be sent with every request. */
export function isOfferable({ schema }: RemoteTool): boolean {
  return JSON.stringify(schema).length <= longestSchema
}

export interface ToolAround {
  readonly server: string
  /** As the model knows it. */
  readonly name: string
  /** The owner answers for the server. */
  readonly trusted: boolean
  call(tool: string, input: JsonObject, signal: AbortSignal): Promise<ToolOutput>
}

/**
 * A tool of an MCP server as one of ours. What it answers is text from outside, also when it fails. Whom it reaches beyond its server nobody
 * here can see, whatever it says of itself.
 */
export function toolOf(
  { name: tool, description, schema, readOnly }: RemoteTool,
  { server, name, trusted, call }: ToolAround,
): Tool {
  const input: JsonObject = { ...schema, type: 'object' }
  const check = checkOf(withoutPatterns(input))
  const place = `mcp:${server}`
  return {
    spec: { name, description: `[MCP:${server}] ${description.slice(0, longestDescription).toWellFormed()}`, input },
    readOnly,
    effects: () => (trusted ? [] : ['network']),
    destination: () => place,
    async run(given, { signal }) {
      signal.throwIfAborted()
      const faults = check(given)
      if (faults === undefined) return call(tool, given, signal)
      return { content: [{ type: 'text', text: `Invalid arguments for tool "${name}":\n${faults}` }], isError: true }
    },
  }
}

/** A pattern of somebody else's can take for ever; the server checks its own. */
function withoutPatterns<T extends Json>(schema: T): T {
  if (Array.isArray(schema)) return schema.map((item: Json) => withoutPatterns(item)) as unknown as T
  if (!isJsonObject(schema)) return schema
  const kept = Object.entries(schema).filter(
    ([key, value]) => !(key === 'pattern' && typeof value === 'string') && key !== 'patternProperties',
  )
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutPatterns(value)])) as unknown as T
}
