import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CallToolResultSchema,
  EmptyResultSchema,
  ListToolsResultSchema,
  McpError,
  type Tool as ListedTool,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { asJson, isJsonObject, type JsonObject } from '../../core/json.ts'
import { Problem } from '../../core/problem.ts'
import { atMost } from '../../kit/at-most.ts'
import { limitBodies } from './limit-body.ts'
import type { Connect, ConnectAround, Connection, ConnectionEvents, HttpPlan, RemoteTool, ServerPlan } from './ports.ts'
import { longestMessage, stdioTransport } from './stdio.ts'

/** More tools than this of one server are left out. */
const mostTools = 1000
/** We keep our own time; the SDK's is the longest that a timer can hold. */
const noLimit = 2 ** 31 - 1

/** Opens a conversation by the official SDK. Nothing is left running when it fails or `signal` is aborted. */
export const connectBySdk: Connect = async (plan, around, events, signal) => {
  if (plan.by.type !== 'auto') return open(plan, around, events, signal)
  try {
    return await open({ ...plan, by: { ...plan.by, type: 'http' } }, around, events, signal)
  } catch (error) {
    // What the protocol tells clients to do: an older server does not know the POST.
    const older = error instanceof StreamableHTTPError && [400, 404, 405].includes(error.code ?? 0)
    if (!older) throw error
    return open({ ...plan, by: { ...plan.by, type: 'sse' } }, around, events, signal)
  }
}

async function open(
  plan: ServerPlan,
  around: ConnectAround,
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<Connection> {
  const { transport, end, lastWords } = transportOf(plan, around)
  const client = new Client(
    { name: 'picoclaw', version: around.version },
    // The SDK would compile a server's schemas to code; we check results by nothing but their shape.
    {
      capabilities: {},
      jsonSchemaValidator: {
        getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
      },
    },
  )
  let isOpen = false
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK knows one listener
  client.onclose = () => {
    if (isOpen) events.closed(lastWords() || 'The connection ended.')
  }
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  client.onerror = (error) => {
    around.log.debug(`MCP server ${plan.name}: ${around.redact(error.message)}`)
    // The SDK would go on with a new session of the old protocol that nobody greeted.
    if (isOpen && plan.by.type === 'sse') events.closed('The connection ended.')
    else if (isOpen && plan.by.type !== 'stdio') events.doubted()
  }
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => events.changed())
  try {
    await Promise.race([client.connect(transport, { signal, timeout: noLimit }), abortOf(signal)])
    isOpen = true
  } catch (error) {
    await end().catch(() => undefined)
    throw explained(error, lastWords())
  }
  return {
    tools: (stop) => listTools(client, stop),
    async call(name, input, stop) {
      const request = { method: 'tools/call' as const, params: { name, arguments: { ...input } } }
      return asJson(
        await client.request(request, CallToolResultSchema, { signal: stop, timeout: noLimit }),
      ) as JsonObject
    },
    async ping(stop) {
      try {
        await client.request({ method: 'ping' }, EmptyResultSchema, { signal: stop, timeout: noLimit })
      } catch (error) {
        // Who does not know the request is there too.
        if (!(error instanceof McpError && error.code === -32601)) throw error
      }
    },
    async close() {
      isOpen = false
      await end()
      await client.close()
    },
  }
}

interface Way {
  readonly transport: Transport
  end(): Promise<void>
  lastWords(): string
}

function transportOf({ name, by }: ServerPlan, around: ConnectAround): Way {
  if (by.type === 'stdio') {
    const transport = stdioTransport(name, by, around)
    return { transport, end: () => transport.close(), lastWords: () => transport.lastWords() }
  }
  const options = { fetch: limitBodies(around.fetch, longestMessage), requestInit: { headers: { ...by.headers } } }
  const lastWords = () => ''
  if (by.type === 'sse') {
    const transport = sse(by, options)
    return { transport, end: () => transport.close(), lastWords }
  }
  const transport = new StreamableHTTPClientTransport(new URL(by.url), options)
  return {
    transport,
    async end() {
      await atMost(around.clock, 300, transport.terminateSession())
      await transport.close()
    },
    lastWords,
  }
}

// Deprecated, and still what many servers speak.
const sse = ({ url }: HttpPlan, options: ConstructorParameters<typeof SSEClientTransport>[1]): Transport =>
  new SSEClientTransport(new URL(url), options)

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

async function listTools(client: Client, signal: AbortSignal): Promise<readonly RemoteTool[]> {
  const found: RemoteTool[] = []
  const seen = new Set<string>()
  for (let cursor: string | undefined; ;) {
    const request = { method: 'tools/list' as const, params: cursor === undefined ? {} : { cursor } }
    const page = await client.request(request, ListToolsResultSchema, { signal, timeout: noLimit })
    // What runs as a task cannot be called in one go.
    found.push(...page.tools.filter(({ execution }) => execution?.taskSupport !== 'required').map(remoteTool))
    cursor = page.nextCursor
    if (cursor === undefined || cursor === '' || seen.has(cursor) || found.length >= mostTools)
      return found.slice(0, mostTools)
    seen.add(cursor)
  }
}

function remoteTool({ name, title = '', description = title, inputSchema, annotations }: ListedTool): RemoteTool {
  const schema = asJson(inputSchema)
  return {
    name,
    description,
    schema: isJsonObject(schema) ? schema : {},
    readOnly: annotations?.readOnlyHint === true,
  }
}

function explained(error: unknown, lastWords: string): unknown {
  if (error instanceof StreamableHTTPError && (error.code === 401 || error.code === 403))
    return new Problem(`The server wants a login (HTTP ${error.code}).`, {
      mend: 'Give it a header, for example Authorization: Bearer TOKEN.',
      cause: error,
    })
  if (lastWords === '' || error instanceof Problem) return error
  return new Problem(lastWords, { cause: error })
}
