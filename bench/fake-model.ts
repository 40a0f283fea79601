// A model in OpenAI's streaming format that says back the last mark (`q1`, `q2` …) it was asked, and tells how long it took over it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface FakeModel {
  /** With `/v1`. */
  readonly url: string
  close(): void
}

export interface FakeModelOptions {
  /** How long an answer takes, in milliseconds. */
  ms(): number
  /** Called when an answer is given whole. */
  answered?(mark: string, ms: number): void
}

const frame = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

/** The reply to a mark. */
export const replyTo = (mark: string): string => `This is the answer to ${mark}, as it was asked for.`

export async function fakeModel({ ms, answered }: FakeModelOptions): Promise<FakeModel> {
  const server = createServer((request, response) => {
    void (async () => {
      const text = (await buffer(request)).toString()
      const start = performance.now()
      const mark = text.match(/\bq\d+\b/g)?.at(-1) ?? 'nothing'
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const words = replyTo(mark).match(/\S+\s*/g) ?? []
      const pause = ms() / words.length
      response.write(frame({ role: 'assistant', content: '' }))
      for (const content of words) {
        await sleep(pause)
        response.write(frame({ content }))
      }
      response.end(`${frame({}, 'stop')}data: [DONE]\n\n`)
      answered?.(mark, performance.now() - start)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
