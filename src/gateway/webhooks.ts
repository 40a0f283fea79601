import type { Problem } from '../core/problem.ts'
import { answering, type Listening, listen } from './serve.ts'

/** Answers what a platform posts. */
export type WebhookHandler = (request: Request) => Promise<Response>

/** A listener that serves nothing but the secret paths of webhooks. It listens only once there is one. */
export interface Webhooks {
  /** Serves a path until disposed. The path begins with a slash. */
  mount(path: string, handler: WebhookHandler): Disposable
  /** Why the address cannot be listened on; undefined where nothing is known against it. */
  readonly why: string | undefined
  close(): Promise<void>
}

/** `trouble` is told when the address cannot be listened on. */
export function webhooks(
  place: { readonly host: string; readonly port: number },
  trouble: (why: string) => void,
): Webhooks {
  const handlers = new Map<string, WebhookHandler>()
  let listening: Promise<Listening | undefined> | undefined
  let why: string | undefined

  async function serve(request: Request): Promise<Response> {
    const handler = handlers.get(new URL(request.url).pathname)
    return handler ? handler(request) : new Response(null, { status: 404 })
  }

  async function open(): Promise<Listening | undefined> {
    try {
      const opened = await listen(
        answering(async () => serve),
        place.host,
        place.port,
        { host: 'gateway.webhook_host', port: 'gateway.webhook_port' },
      )
      why = undefined
      return opened
    } catch (error) {
      listening = undefined
      const { message, detail } = error as Problem
      why = [message, detail.mend].filter(Boolean).join(' ')
      trouble(why)
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
    get why() {
      return why
    },
    async close() {
      await (await listening)?.close()
    },
  }
}
