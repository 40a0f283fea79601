import { isGroup, isOwn } from '../../dispatch/routing/session-key.ts'
import type { OutboundMessage } from '../../core/channel.ts'
import { isSamePlace } from '../../core/place.ts'
import type { Store } from '../../core/store.ts'
import type { Outbox, Recall } from '../../tools/ports.ts'

/** How tools write to chats. `answered` is told the turns that wrote to their own chat: their last words are not said twice. */
export function outboxTool(
  send: (channel: string, session: string, message: OutboundMessage) => Promise<void>,
  answered: (turn: string) => unknown,
): Outbox {
  return {
    async send({ to, text, attachments, replyTo }, { session, turn, origin }) {
      await send(to.channel, session, {
        to,
        text,
        ...(attachments.length > 0 && { attachments }),
        ...(replyTo !== undefined && { replyTo }),
      })
      // Words under a file are about the file; what the turn has to say is still to come.
      if (isSamePlace(to, origin) && text.trim() !== '' && attachments.length === 0) answered(turn)
    },
  }
}

/**
 * Owners may look through everything that was said, others through their own conversation. So must an owner where others read along, and
 * in a turn with words from outside: what was said in confidence must not be asked for by somebody else.
 */
export function recallTool({ sessions }: Pick<Store, 'sessions'>): Recall {
  return {
    async search(query, limit, context) {
      const { role, session, tainted, origin, sender } = context
      const free = role === 'owner' && !tainted && !isGroup(session)
      const hits = await sessions.search(query, { limit, ...(!free && { session }) })
      const mine = (key: string) => key === session || isOwn(key, origin.channel, sender.id)
      return hits.map((hit) => (mine(hit.session) ? hit : { ...hit, outside: `session:${hit.session}` }))
    },
  }
}
