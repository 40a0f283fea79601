import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Listening, listen } from './serve.ts'

/** Answers what a platform posts. */
export type WebhookHandler = (request: IncomingMessage, response: ServerResponse) => void

/** A listener that serves nothing but the secret paths of webhooks. It listens only while there is one. */
export interface Webhooks {
  /** Serves a path until disposed. The path begins with a slash. */
  mount(path: string, handler: WebhookHandler): Promise<AsyncDisposable>
  close(): Promise<void>
}

export function webhooks(host: string, port: number): Webhooks {
  const handlers = new Map<string, WebhookHandler>()
  let listening: Promise<Listening> | undefined

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const handler = handlers.get(path)
    if (handler) return handler(request, response)
    response.writeHead(404).end()
  }

  return {
    async mount(path, handler) {
      listening ??= listen(serve, host, port)
      try {
        await listening
      } catch (error) {
        listening = undefined
        throw error
      }
      handlers.set(path, handler)
      return {
        async [Symbol.asyncDispose]() {
          handlers.delete(path)
        },
      }
    },
    async close() {
      const open = await listening?.catch(() => undefined)
      await open?.close()
    },
  }
}
