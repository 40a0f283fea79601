import { isGroup, isOwn } from '../../dispatch/routing/session-key.ts'
import type { OutboundMessage } from '../../core/channel.ts'
import type { Message } from '../../core/message.ts'
import { isSamePlace } from '../../core/place.ts'
import type { Store } from '../../core/store.ts'
import type { TurnQuestion } from '../../dispatch/ports.ts'
import { unpackOutbound } from '../../dispatch/payload.ts'
import type { Outbox, Recall } from '../../tools/ports.ts'
import { personOf } from './hear.ts'

/** How tools write to chats. `answered` is told the turns that wrote to their own chat: their last words are not said twice. */
export function outboxTool(
  send: (channel: string, session: string, message: OutboundMessage) => Promise<void>,
  answered: (turn: string) => unknown,
  newId: () => string,
): Outbox {
  return {
    async send({ to, text, attachments, replyTo }, { session, turn, call, origin }) {
      await send(to.channel, session, {
        to,
        text,
        // Found again after a restart. An id of a call alone may come twice in a turn.
        key: `${sentBy(turn, call)}${newId()}`,
        ...(attachments.length > 0 && { attachments }),
        ...(replyTo !== undefined && { replyTo }),
      })
      // Words under a file are about the file; what the turn has to say is still to come.
      if (isSamePlace(to, origin) && text.trim() !== '' && attachments.length === 0) answered(turn)
    },
  }
}

const sentBy = (turn: string, call: string) => `sent:${turn}:${call}:`

/** Tools that do nothing but put a message into the outbox. */
const senders: ReadonlySet<string> = new Set(['message', 'send_file'])
/** Messages of a conversation that are looked at. */
const lookedAt = 500

/**
 * A turn that a former process left: whether its calls that send have sent is known from the outbox, so the log is told. Resolves to true when
 * the turn has answered its own chat that way.
 */
export async function settleSends(
  { session, turn, message: { at }, append }: TurnQuestion,
  { sessions, outbox, blobs }: Pick<Store, 'sessions' | 'outbox' | 'blobs'>,
): Promise<boolean> {
  const log = (await sessions.ofTurn(turn)).map((entry) => entry.message)
  const sent = (await outbox.list({ session, limit: lookedAt })).filter(({ id }) => id.startsWith(`sent:${turn}:`))
  const results = openCalls(log)
    .filter(({ name }) => senders.has(name))
    .map(({ id, name }) => {
      const isSent = sent.some((item) => item.id.startsWith(sentBy(turn, id)))
      const text = isSent ? 'Message sent. picoclaw was restarted right after it.' : notSent
      return { type: 'tool-result' as const, id, name, content: [{ type: 'text' as const, text }], isError: !isSent }
    })
  if (results.length > 0) await append([{ role: 'tool', parts: results }])
  // What was said to an earlier message of the turn does not answer the last one.
  const asked = log.findLastIndex(({ role }) => role === 'user')
  const since = log.slice(asked + 1).flatMap(callsOf)
  return sent.some(({ id, payload }) => {
    const { to, text, attachments } = unpackOutbound(payload, blobs)
    return (
      since.some((call) => id.startsWith(sentBy(turn, call.id))) &&
      isSamePlace(to, at) &&
      text.trim() !== '' &&
      !attachments?.length
    )
  })
}

const callsOf = (message: Message) =>
  message.role === 'assistant' ? message.parts.filter((part) => part.type === 'tool-call') : []

const notSent = 'Not sent: picoclaw ended before it was. Ask again if it is still to be sent.'

/** Calls of the last reply that nothing answers. */
function openCalls(log: readonly Message[]) {
  const last = log.findLastIndex(({ role }) => role === 'assistant')
  const answered = new Set(
    log.slice(last + 1).flatMap((message) => (message.role === 'tool' ? message.parts.map(({ id }) => id) : [])),
  )
  return log
    .slice(last, last + 1)
    .flatMap(callsOf)
    .filter(({ id }) => !answered.has(id))
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
      const person = personOf({ at: origin, from: sender })
      const mine = (key: string) => key === session || isOwn(key, origin.channel, sender.id)
      return hits.map((hit) => {
        if (hit.outside !== undefined) return hit
        if (!mine(hit.session)) return { ...hit, outside: `session:${hit.session}` }
        return hit.speaker === undefined || hit.speaker === person ? hit : { ...hit, outside: `person:${hit.speaker}` }
      })
    },
  }
}
