import type { Channel, InboundMessage } from '../core/channel.ts'
import type { Cause } from '../core/provider.ts'
import type { Role } from '../core/tool.ts'

/** A message on its way through the road. */
export interface Work {
  readonly channel: Channel
  readonly message: InboundMessage
  readonly session: string
  readonly agent: string
  readonly role: Role
  readonly cause: Cause
  /** Its rows in the inbox; none for the terminal, which waits for its answer. */
  readonly inbox: readonly string[]
  /** The turn of a former process that this goes on with. */
  readonly resumes?: string
  /** What it was joined from; absent when it is one message. */
  readonly parts?: readonly Work[]
}

/** Where it is noted which message shows a turn while it grows. The note goes with the end of the turn. */
export const liveNote = (turn: string): string => `live:${turn}`

/** Several messages of one person, shortly after one another, as one. */
export function joined(works: readonly Work[]): Work {
  const [first, ...rest] = works
  if (!first) throw new Error('There is nothing to join.')
  if (rest.length === 0) return first
  const messages = works.map(({ message }) => message)
  const last = messages.at(-1) ?? first.message
  const replyTo = messages.find((message) => message.replyTo)?.replyTo
  return {
    ...first,
    parts: works,
    inbox: works.flatMap(({ inbox }) => inbox),
    message: {
      ...last,
      text: messages.flatMap(({ text }) => (text === '' ? [] : [text])).join('\n'),
      attachments: messages.flatMap(({ attachments }) => attachments),
      addressed: messages.some(({ addressed }) => addressed),
      ...(replyTo && { replyTo }),
    },
  }
}

/** The same work after one of its messages, by the id of its row, became another or none. Undefined when nothing is left of it. */
export function exchanged(work: Work, inbox: string, become: (part: Work) => Work | undefined): Work | undefined {
  const parts = (work.parts ?? [work]).flatMap((part) => (part.inbox.includes(inbox) ? (become(part) ?? []) : [part]))
  return parts.length === 0 ? undefined : joined(parts)
}
