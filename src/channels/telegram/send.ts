import type { OutboundMessage } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import type { Api } from './api.ts'
import { placeFields } from './chat-id.ts'
import { ApiFailure, said } from './failure.ts'
import { sendFiles } from './files.ts'
import { checkLength, known, marked, maxText, whereTo, type Sent } from './payload.ts'

const lost = /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i

/** No preview of a link below a message that is still growing. */
const still = { link_preview_options: { is_disabled: true } }

/**
 * Sends one message in one call; files stay beside what they would replace. `growing` says that there is more to come. Throws an
 * ApiFailure or a DeliveryFailure.
 */
export async function sendMessage(api: Api, message: OutboundMessage, growing = false): Promise<string> {
  const files = message.attachments ?? []
  if (files.length > 0) return sendFiles(api, message)
  const { replaces } = message
  if (replaces !== undefined)
    try {
      await editMessage(api, message.to, replaces, message.text)
      return replaces
    } catch (error) {
      // What is gone cannot become the answer: the answer comes anew.
      if (!said(error, lost)) throw error
    }
  checkLength(message.text, maxText)
  const { message_id: id } = await marked(message.text, 'text', (words) =>
    api.call<Sent>('sendMessage', { ...whereTo(message), ...words, ...(growing && still) }),
  )
  return String(id)
}

/**
 * Changes the text of a message. That it has this text already is no failure, so one that nobody knows the end of may be made again:
 * it fails as not sent.
 */
export async function editMessage(api: Api, at: ChatRef, id: string, text: string, growing = false): Promise<void> {
  checkLength(text, maxText)
  const { chat_id } = placeFields(known(at))
  try {
    await marked(text, 'text', (words) =>
      api.call('editMessageText', { chat_id, message_id: Number(id), ...words, ...(growing && still) }),
    )
  } catch (error) {
    if (said(error, /message is not modified/i)) return
    if (error instanceof ApiFailure && error.kind === 'uncertain') throw new ApiFailure('not-sent', error.message)
    throw error
  }
}

/** Takes a message back. */
export async function removeMessage(api: Api, at: ChatRef, id: string): Promise<void> {
  const { chat_id } = placeFields(known(at))
  try {
    await api.call('deleteMessage', { chat_id, message_id: Number(id) })
  } catch (error) {
    if (!said(error, /message to delete not found/i)) throw error
  }
}
