import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { CommandServices } from '../../dispatch/commands/services.ts'
import type { House } from '../house.ts'
import type { Extensions } from './extensions.ts'

/** What slash commands tell about MCP servers. */
export function mcpServices(
  house: House,
  extensions: Pick<Extensions, 'mcp'>,
): Pick<CommandServices, 'mcp' | 'mcpTools'> {
  return {
    mcp() {
      const { servers, enabled } = house.current.loaded.config.tools.mcp
      const now = new Map(extensions.mcp?.status().map((status) => [status.name, status]))
      return Object.entries(servers).map(([name, server]) => {
        const status = now.get(name)
        return {
          name,
          enabled: enabled && server.enabled,
          connected: status?.state === 'up',
          ...(status && { deferred: status.deferred, tools: status.tools.length }),
          ...(status?.why !== undefined && { why: status.why }),
        }
      })
    },
    async mcpTools(server) {
      const status = extensions.mcp?.status().find(({ name, state }) => name === server && state === 'up')
      const specs = new Map(extensions.mcp?.tools().map(({ spec }) => [spec.name, spec]))
      return status?.tools.map(({ name, description }) => ({
        name,
        description,
        parameters: parametersOf(specs.get(name)?.input),
      }))
    },
  }
}

function parametersOf(schema: JsonObject = {}): readonly { readonly name: string; readonly required: boolean }[] {
  const { properties, required } = schema
  const needed = Array.isArray(required) ? required : []
  return Object.keys(isJsonObject(properties) ? properties : {}).map((name) => ({
    name,
    required: needed.includes(name),
  }))
}
