import { Problem } from '../../core/problem.ts'
import type { ChatRef } from '../../core/place.ts'
import type { ToolContext } from '../../core/tool.ts'

export interface Addressed {
  readonly channel?: string | undefined
  readonly chat_id?: string | undefined
}

/** Where a message goes: the turn's own chat unless the call names another. A Problem when there is none. */
export function targetOf({ channel, chat_id: chat }: Addressed, { origin }: ToolContext): ChatRef {
  const own = (channel ?? origin.channel) === origin.channel && (chat ?? origin.chat) === origin.chat
  if (channel !== undefined && channel !== origin.channel && chat === undefined)
    throw new Problem(`No chat of ${channel} is named.`, { mend: 'Give chat_id too.' })
  const target = own ? origin : { channel: channel ?? origin.channel, chat: chat ?? origin.chat }
  if (target.channel === '' || target.chat === '')
    throw new Problem('No target channel/chat specified.', { mend: 'Give channel and chat_id.' })
  return target
}

/** The chat that a call would reach, unless it is the turn's own. */
export function destinationOf(addressed: Addressed, { origin }: ToolContext): string | undefined {
  const { channel = origin.channel, chat_id: chat = origin.chat } = addressed
  return channel === origin.channel && chat === origin.chat ? undefined : `${channel}:${chat}`
}
