import { createHash } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { McpNotes, RemoteTool } from './ports.ts'

/** A tool that is not what it was when it was first seen. */
export interface ChangedTool {
  /** In the server's own words. */
  readonly tool: string
  readonly before: { readonly description: string; readonly readOnly: boolean }
  readonly now: { readonly description: string; readonly readOnly: boolean }
}

export interface Judged {
  /** As they were when they were first seen, or new. */
  readonly offered: readonly RemoteTool[]
  readonly withheld: readonly ChangedTool[]
  /** Seen for the first time, though others of this server were seen before. */
  readonly added: readonly string[]
}

/**
 * What a server says about its tools is text from outside that goes into every prompt. It is remembered when first seen, and a tool that
 * says something else later is kept back until a person approved it.
 */
export interface Pins {
  /** Compares, and remembers the tools that were never seen. */
  judge(server: string, tools: readonly RemoteTool[]): Promise<Judged>
  /** Takes the tools as they are now. */
  approve(server: string, tools: readonly RemoteTool[]): Promise<void>
  /** Forgets a server. */
  forget(server: string): Promise<void>
}

export function pinsIn(notes: McpNotes): Pins {
  const read = async (server: string): Promise<JsonObject> => {
    const note = await notes.get(noteOf(server))
    return isJsonObject(note) ? note : {}
  }
  return {
    async judge(server, tools) {
      const known = await read(server)
      const fresh = tools.filter(({ name }) => !Object.hasOwn(known, name))
      if (fresh.length > 0) await notes.put(noteOf(server), { ...known, ...pinned(fresh) })
      const offered: RemoteTool[] = []
      const withheld: ChangedTool[] = []
      for (const tool of tools) {
        const pin = Object.hasOwn(known, tool.name) ? known[tool.name] : undefined
        if (fresh.includes(tool) || (isJsonObject(pin) && pin['hash'] === hashOf(tool))) offered.push(tool)
        else withheld.push({ tool: tool.name, before: shown(isJsonObject(pin) ? pin : {}), now: shown({ ...tool }) })
      }
      return { offered, withheld, added: Object.keys(known).length > 0 ? fresh.map(({ name }) => name) : [] }
    },
    approve: async (server, tools) => notes.put(noteOf(server), { ...(await read(server)), ...pinned(tools) }),
    forget: (server) => notes.remove(noteOf(server)),
  }
}

const noteOf = (server: string) => `mcp-tools:${server}`

function pinned(tools: readonly RemoteTool[]): JsonObject {
  return Object.fromEntries(
    tools.map((tool) => [
      tool.name,
      { hash: hashOf(tool), description: tool.description.slice(0, 2000), readOnly: tool.readOnly },
    ]),
  )
}

function shown(pin: JsonObject): ChangedTool['now'] {
  const { description } = pin
  return {
    description: typeof description === 'string' ? description.slice(0, 2000) : '',
    readOnly: pin['readOnly'] === true,
  }
}

function hashOf({ name, description, schema, readOnly }: RemoteTool): string {
  return createHash('sha256')
    .update(JSON.stringify([name, description, ordered(schema), readOnly]))
    .digest('hex')
}

/** The same value whatever order its keys came in. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => ordered(item))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key] ?? null)]),
  )
}
