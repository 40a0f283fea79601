import type { Channel } from '../core/channel.ts'
import type { InboxItem } from '../core/store.ts'
import type { StoredInbound } from './payload.ts'
import { joined, type Work } from './work.ts'

/** What a former process left unanswered of one channel, oldest first: turns to resume, and messages that no turn had taken up. */
export function recovered(
  items: readonly InboxItem[],
  unpack: (payload: string) => StoredInbound,
  channel: Channel,
): readonly Work[] {
  const works = items
    .filter((item) => item.channel === channel.name)
    .map((item): Work => {
      const { message, agent, role } = unpack(item.payload)
      return {
        channel,
        message,
        session: item.session,
        agent,
        role: message.due?.role ?? role,
        cause: message.due?.cause ?? 'chat',
        inbox: [item.id],
        ...(item.turn !== undefined && { resumes: item.turn }),
      }
    })
  return [...Map.groupBy(works, groupOf).values()].map(joined)
}

/** Messages of one turn go on together; of the others, those of one album. */
function groupOf({ resumes, inbox, message, session }: Work): string {
  if (resumes !== undefined) return `turn\n${resumes}`
  return message.album === undefined ? `message\n${inbox.join()}` : `album\n${session}\n${message.album}`
}
