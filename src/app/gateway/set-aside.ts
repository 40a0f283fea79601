import type { NewOutboxItem } from '../../core/store.ts'
import { isJsonObject, type Json } from '../../core/json.ts'
import { packOutbound, type StoredInbound } from '../../dispatch/payload.ts'
import type { House } from '../house.ts'

const why = 'picoclaw started in safe mode after it had ended uncleanly three times'
const told =
  'I ended three times without finishing, so I did not go on with this message: it is set aside. Send it again if it is still wanted.'

/** After unclean starts nothing is resumed: what waited is kept for a person to look at, and whoever waits is told. */
export async function setAside({ store, log, clock }: Pick<House, 'store' | 'log' | 'clock'>): Promise<void> {
  const waiting = await store.inbox.open()
  const notices = await Promise.all(
    waiting.map(async ({ id, channel, session, payload }): Promise<readonly NewOutboxItem[]> => {
      const message = messageIn(payload)
      if (!message) return []
      const notice = { to: message.at, text: told, ...(!message.due && { replyTo: message.id }) }
      const item = { id: `aside:${id}`, channel, chat: message.at.chat, session, at: clock.now() }
      return [{ ...item, payload: await packOutbound(notice, store.blobs) }]
    }),
  )
  await store.inbox.setAside(
    waiting.map(({ id }) => id),
    why,
    notices.flat(),
  )
  log.warn(`Safe mode: ${waiting.length} messages were set aside, and no job starts before ten minutes have gone well.`)
}

/** Undefined for work that nobody in a chat waits for. */
export function messageIn(payload: string): StoredInbound['message'] | undefined {
  const stored = JSON.parse(payload) as Json
  return isJsonObject(stored) && isJsonObject(stored['message'] ?? null)
    ? (stored as unknown as StoredInbound).message
    : undefined
}
