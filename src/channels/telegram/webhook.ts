import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { Log } from '../../core/log.ts'
import type { Api } from './api.ts'
import type { HealthBook } from './health.ts'
import type { WebhookPlace } from './ports.ts'
import { wantedUpdates, type Update } from './wire.ts'

export interface Listening {
  readonly api: Api
  readonly place: WebhookPlace
  readonly log: Log
  readonly channel: string
  readonly health: HealthBook
  readonly take: (update: Update) => Promise<void>
}

/** Far more than an update has. */
const maxBody = 4 * 1024 * 1024

/** Where the service calls us. It is told that an update arrived only when it is stored. */
export interface Webhook extends Disposable {
  /** Tells the service the address. Throws an ApiFailure. */
  announce(signal: AbortSignal): Promise<void>
  /** Resolves when no call is being worked on. */
  idle(): Promise<void>
}

export function listen({ api, place, log, channel, health, take }: Listening): Webhook {
  const secret = randomUUID()
  const open = new Set<Promise<unknown>>()

  async function handle(request: Request): Promise<Response> {
    if (!same(request.headers.get('x-telegram-bot-api-secret-token') ?? '', secret)) return answer(403)
    if (request.method !== 'POST') return answer(405)
    if (Number(request.headers.get('content-length') ?? 0) > maxBody) return answer(413)
    const update = readUpdate(await request.text())
    if (!update) return answer(400)
    health.heard()
    try {
      await take(update)
      return answer(200)
    } catch (error) {
      // The service offers it again.
      const why = error instanceof Error ? error.message : String(error)
      log.error('A message from Telegram could not be stored.', { channel, update: update.update_id, why })
      return answer(500)
    }
  }

  const mounted = place.mount((request) => {
    const work = handle(request)
    open.add(work)
    void work.finally(() => open.delete(work)).catch(() => undefined)
    return work
  })
  return {
    async announce(signal) {
      const settings = { secret_token: secret, allowed_updates: wantedUpdates, max_connections: 1 }
      await api.call('setWebhook', { url: place.url, ...settings }, { signal })
      health.heard()
    },
    async idle() {
      await Promise.allSettled(open)
    },
    [Symbol.dispose]: () => mounted[Symbol.dispose](),
  }
}

const answer = (status: number) => new Response(null, { status })

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function readUpdate(text: string): Update | undefined {
  try {
    const update = JSON.parse(text) as Update | null
    return typeof update?.update_id === 'number' ? update : undefined
  } catch {
    return undefined
  }
}
