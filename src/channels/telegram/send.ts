import { DeliveryFailure, type OutboundMessage } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import { plainText } from '../markdown/plain.ts'
import { telegramHtml, telegramText } from '../markdown/telegram.ts'
import type { Api } from './api.ts'
import { chatIdOf, placeFields } from './chat-id.ts'
import { said } from './failure.ts'
import { groupTypes, mediaType, methods, mostInGroup, upload, type MediaType } from './media.ts'

/** UTF-16 units of a message, and of the text under a file. */
export const maxText = 4_096
const maxCaption = 1_024
/** Large files take their time. */
const uploadTimeout = 5 * 60_000

interface Sent {
  readonly message_id: number
}
const badMarks = /can't parse entities|unsupported start tag|can't find end tag/i
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

/** Changes the text of a message. That it has this text already is no failure. */
export async function editMessage(api: Api, at: ChatRef, id: string, text: string, growing = false): Promise<void> {
  checkLength(text, maxText)
  const { chat_id } = placeFields(known(at))
  try {
    await marked(text, 'text', (words) =>
      api.call('editMessageText', { chat_id, message_id: Number(id), ...words, ...(growing && still) }),
    )
  } catch (error) {
    if (!said(error, /message is not modified/i)) throw error
  }
}

/** A call with formatted text; once more with plain text when the service cannot read the format. */
async function marked<T>(
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

function known(at: ChatRef) {
  const id = chatIdOf(at)
  if (!id) throw new DeliveryFailure('refused', `"${at.chat}" is no chat of Telegram: it takes a number or @name.`)
  return id
}

function whereTo({ to, replyTo }: OutboundMessage) {
  const reply = { message_id: Number(replyTo), allow_sending_without_reply: true }
  return { ...placeFields(known(to)), ...(replyTo !== undefined && { reply_parameters: reply }) }
}

function checkLength(text: string, most: number): void {
  const shown = telegramText(text)
  if (shown.trim() === '') throw new DeliveryFailure('refused', 'A message without words cannot be sent.')
  if (shown.length > most)
    throw new DeliveryFailure('refused', `The text has ${shown.length} characters; Telegram takes ${most} here.`)
}

async function sendFiles(api: Api, message: OutboundMessage): Promise<string> {
  const files = message.attachments ?? []
  if (message.text !== '') checkLength(message.text, maxCaption)
  if (files.length > mostInGroup)
    throw new DeliveryFailure('refused', `Telegram takes ${mostInGroup} files in one message, not ${files.length}.`)
  const [first] = files
  if (!first) throw new DeliveryFailure('refused', 'There is no file to send.')
  const place = whereTo(message)
  // The library drops objects that it does not know as files from a form.
  const fields = {
    ...place,
    ...('reply_parameters' in place && { reply_parameters: JSON.stringify(place.reply_parameters) }),
  }
  const captioned = <T>(call: (words: object) => Promise<T>) =>
    message.text === '' ? call({}) : marked(message.text, 'caption', call)
  if (files.length > 1) {
    const types = groupTypes(files)
    const uploads = await Promise.all(files.map(upload))
    const sent = await captioned((words) =>
      api.call<readonly Sent[]>(
        'sendMediaGroup',
        { ...fields, media: uploads.map((media, at) => ({ type: types[at], media, ...(at === 0 && words) })) },
        { timeoutMs: uploadTimeout },
      ),
    )
    return String(sent[0]?.message_id)
  }
  const media = await upload(first)
  const send = (type: MediaType) =>
    captioned((words) =>
      api.call<Sent>(methods[type], { ...fields, ...words, [type]: media }, { timeoutMs: uploadTimeout }),
    )
  const type = mediaType(first)
  try {
    return String((await send(type)).message_id)
  } catch (error) {
    // A picture of odd proportions, or a voice note to somebody who wants none.
    const unshown =
      /PHOTO_|IMAGE_PROCESS|photo dimensions|VOICE_MESSAGES_FORBIDDEN|wrong type of the web page|too big for a photo/i
    if (type === 'document' || !said(error, unshown)) throw error
    return String((await send('document')).message_id)
  }
}
