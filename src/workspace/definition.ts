import type { Json, JsonObject } from '../core/json.ts'
import { readMatter } from './front-matter.ts'
import type { AgentDefinition } from './ports.ts'

export interface ReadDefinition {
  readonly definition: AgentDefinition
  readonly warnings: readonly string[]
}

/** Of an agent whose AGENT.md cannot be read. */
export const nothingAllowed: AgentDefinition = { tools: [], skills: [], mcpServers: [], more: {} }
const lists = ['tools', 'skills', 'mcpServers'] as const
const known = new Set<string>(['name', 'description', 'model', 'maxTurns', ...lists])

/**
 * What the front matter of AGENT.md says. One that cannot be read allows nothing, for nobody knows what it would have forbidden; the same
 * holds for each list that is none.
 */
export async function readDefinition(matter: string | undefined): Promise<ReadDefinition> {
  if (matter === undefined) return { definition: { more: {} }, warnings: [] }
  const read = await readMatter(matter)
  if (!read.ok)
    return {
      definition: nothingAllowed,
      warnings: [
        `The front matter of AGENT.md cannot be read (${read.why}). Until it is mended, the agent has no tools, skills and MCP servers.`,
      ],
    }
  return fromFields(read.fields)
}

function fromFields(fields: JsonObject): ReadDefinition {
  const warnings: string[] = []
  const allowed = lists.flatMap((key) => {
    if (!(key in fields)) return []
    const list = listOf(fields[key])
    if (!list) warnings.push(`${key} in the front matter of AGENT.md is no list of names, so it allows nothing.`)
    return [[key, list ?? []] as const]
  })
  const turns = fields['maxTurns']
  const rounds = typeof turns === 'number' && Number.isInteger(turns) && turns > 0 ? turns : undefined
  if (turns !== undefined && rounds === undefined)
    warnings.push('maxTurns in the front matter of AGENT.md is no whole number above 0, so it is ignored.')
  return {
    definition: {
      ...textAt(fields, 'name'),
      ...textAt(fields, 'description'),
      ...textAt(fields, 'model'),
      ...(rounds !== undefined && { maxTurns: rounds }),
      ...Object.fromEntries(allowed),
      more: Object.fromEntries(Object.entries(fields).filter(([key]) => !known.has(key))),
    },
    warnings,
  }
}

function textAt<Key extends string>(fields: JsonObject, key: Key): { readonly [K in Key]?: string } {
  const value = fields[key]
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
  return (text === '' ? {} : { [key]: text }) as { readonly [K in Key]?: string }
}

/** A list of names; one text is cut at its commas. Undefined for anything else. A key without a value is an empty list. */
function listOf(value: Json | undefined): readonly string[] | undefined {
  if (value === null || value === undefined) return []
  const items = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) return undefined
  return items.map((item: string) => item.trim()).filter(Boolean)
}
