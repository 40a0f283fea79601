import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * An MCP server on stdio that offers one tool and never answers a call of it, nor a request to end. It writes a line into the file that
 * its argument names once it was called.
 */
const [marker = ''] = process.argv.slice(2)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
setInterval(() => undefined, 60_000)

const answers: Readonly<Record<string, (version: unknown) => object>> = {
  initialize: (protocolVersion) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'stalled', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({
    tools: [{ name: 'wait', description: 'Waits.', inputSchema: { type: 'object', properties: {} } }],
  }),
}

interface Request {
  readonly id?: number
  readonly method: string
  readonly params?: { readonly protocolVersion?: string }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line) as Request
  if (method === 'tools/call') appendFileSync(marker, 'called\n')
  const result = answers[method]?.(params?.protocolVersion)
  if (id !== undefined && result) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`)
})
