import { DeliveryFailure, type OutboundMessage } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import { plainText } from '../markdown/plain.ts'
import { telegramHtml, telegramText } from '../markdown/telegram.ts'
import { chatIdOf, placeFields } from './chat-id.ts'
import { said } from './failure.ts'

/** UTF-16 units of a message, and of the text under a file. */
export const maxText = 4_096
export const maxCaption = 1_024

/** What the service tells of a message that was sent. */
export interface Sent {
  readonly message_id: number
}
const badMarks = /can't parse entities|unsupported start tag|can't find end tag/i

/** A call with formatted text; once more with plain text when the service cannot read the format. */
export async function marked<T>(
  text: string,
  field: 'text' | 'caption',
  call: (words: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  try {
    return await call({ [field]: telegramHtml(text), parse_mode: 'HTML' })
  } catch (error) {
    if (!said(error, badMarks)) throw error
    const words = plainText(text)
    const room = field === 'text' ? maxText : maxCaption
    return call({ [field]: words.length <= room ? words : telegramText(text) })
  }
}

/** The chat as the service names it. Throws a DeliveryFailure. */
export function known(at: ChatRef) {
  const id = chatIdOf(at)
  if (!id) throw new DeliveryFailure('refused', `"${at.chat}" is no chat of Telegram: it takes a number or @name.`)
  return id
}

/** The fields that say where to, and what is answered. */
export function whereTo({ to, replyTo }: OutboundMessage) {
  const reply = { message_id: Number(replyTo), allow_sending_without_reply: true }
  return { ...placeFields(known(to)), ...(replyTo !== undefined && { reply_parameters: reply }) }
}

/** Throws a DeliveryFailure when a text cannot be one message. */
export function checkLength(text: string, most: number): void {
  const shown = telegramText(text)
  if (shown.trim() === '') throw new DeliveryFailure('refused', 'A message without words cannot be sent.')
  if (shown.length > most)
    throw new DeliveryFailure('refused', `The text has ${shown.length} characters; Telegram takes ${most} here.`)
}
