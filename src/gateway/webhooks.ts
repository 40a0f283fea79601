import { answering, type Listening, listen } from './serve.ts'

/** Answers what a platform posts. */
export type WebhookHandler = (request: Request) => Promise<Response>

/** A listener that serves nothing but the secret paths of webhooks. It listens only once there is one. */
export interface Webhooks {
  /** Serves a path until disposed. The path begins with a slash. */
  mount(path: string, handler: WebhookHandler): Disposable
  close(): Promise<void>
}

/** `trouble` is told when the address cannot be listened on. */
export function webhooks(
  place: { readonly host: string; readonly port: number },
  trouble: (error: Error) => void,
): Webhooks {
  const handlers = new Map<string, WebhookHandler>()
  let listening: Promise<Listening | undefined> | undefined

  async function serve(request: Request): Promise<Response> {
    const handler = handlers.get(new URL(request.url).pathname)
    return handler ? handler(request) : new Response(null, { status: 404 })
  }

  async function open(): Promise<Listening | undefined> {
    try {
      return await listen(
        answering(async () => serve),
        place.host,
        place.port,
      )
    } catch (error) {
      listening = undefined
      trouble(error as Error)
      return undefined
    }
  }

  return {
    mount(path, handler) {
      listening ??= open()
      handlers.set(path, handler)
      return {
        [Symbol.dispose]() {
          handlers.delete(path)
        },
      }
    },
    async close() {
      await (await listening)?.close()
    },
  }
}
