import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Api } from './api.ts'
import type { HealthBook } from './health.ts'
import type { WebhookPlace } from './ports.ts'
import { wantedUpdates, type Update } from './wire.ts'

export interface Listening {
  readonly api: Api
  readonly place: WebhookPlace
  readonly clock: Clock
  readonly log: Log
  readonly channel: string
  readonly health: HealthBook
  readonly take: (update: Update) => Promise<void>
}

/** Far more than an update has. */
const maxBody = 4 * 1024 * 1024

/** Where the service calls us. It is told that an update arrived only when it is stored. */
export interface Webhook extends Disposable {
  /** Sees to it that the service knows the address, and notes whether its calls arrive. Throws an ApiFailure. */
  attend(signal: AbortSignal): Promise<void>
  /** Resolves when no call is being worked on. */
  idle(): Promise<void>
}

/** What the service knows of a webhook; its errors are from before now, mended or not. */
interface WebhookInfo {
  readonly url: string
  readonly pending_update_count: number
  /** Seconds. */
  readonly last_error_date?: number
  readonly last_error_message?: string
}

export function listen({ api, place, clock, log, channel, health, take }: Listening): Webhook {
  const secret = randomUUID()
  /** When the address was told or last called; undefined before. */
  let workedAt: number | undefined
  const open = new Set<Promise<unknown>>()

  async function handle(request: Request): Promise<Response> {
    if (!same(request.headers.get('x-telegram-bot-api-secret-token') ?? '', secret)) return answer(403)
    if (request.method !== 'POST') return answer(405)
    if (Number(request.headers.get('content-length') ?? 0) > maxBody) return answer(413)
    const update = readUpdate(await request.text())
    if (!update) return answer(400)
    workedAt = clock.now()
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

  function judge(info: WebhookInfo, since: number): void {
    const { pending_update_count: waiting, last_error_date: failed = 0, last_error_message: why = '' } = info
    if (waiting === 0 || failed * 1_000 <= since) return health.heard()
    health.down(`Telegram cannot call the webhook: ${why}.`, 'See whether gateway.public_url leads to this machine.')
  }

  const mounted = place.mount((request) => {
    const work = handle(request)
    open.add(work)
    void work.finally(() => open.delete(work)).catch(() => undefined)
    return work
  })
  return {
    async attend(signal) {
      if (workedAt !== undefined) {
        const info = await api.call<WebhookInfo>('getWebhookInfo', {}, { signal })
        if (info.url === place.url) return judge(info, workedAt)
      }
      const settings = { secret_token: secret, allowed_updates: wantedUpdates, max_connections: 1 }
      await api.call('setWebhook', { url: place.url, ...settings }, { signal })
      workedAt = clock.now()
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
