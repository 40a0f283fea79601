import { createInterface } from 'node:readline'

/** An MCP server on stdio with one tool, `wait`, that never answers. Run as a program of its own. */
const answers: Readonly<Record<string, (params: Record<string, unknown>) => object>> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'stalled', version: '1' },
  }),
  'tools/list': () => ({
    tools: [
      {
        name: 'wait',
        description: 'Waits.',
        inputSchema: { type: 'object', properties: {} },
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
    ],
  }),
  ping: () => ({}),
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const {
    id,
    method = '',
    params = {},
  } = JSON.parse(line) as {
    readonly id?: number
    readonly method?: string
    readonly params?: Record<string, unknown>
  }
  const answer = Object.hasOwn(answers, method) ? answers[method] : undefined
  if (id !== undefined && answer)
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: answer(params) })}\n`)
})
