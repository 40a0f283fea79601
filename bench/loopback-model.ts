// A model that says "Hello" in OpenAI's streaming format, in a process of its own. Tells its port over IPC.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(
      `${chunk({ role: 'assistant', content: '' })}${chunk({ content: 'Hello' })}${chunk({}, 'stop')}data: [DONE]\n\n`,
    )
  })
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
