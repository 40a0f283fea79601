import { DeliveryFailure, type Attachment, type OutboundMessage } from '../../core/channel.ts'
import type { Api } from './api.ts'
import { said } from './failure.ts'
import { groupTypes, largestPhoto, mediaType, methods, mostInGroup, upload, type MediaType } from './media.ts'
import { checkLength, marked, maxCaption, whereTo, type Sent } from './payload.ts'

/** Large files take their time. */
const timeoutMs = 5 * 60_000

/** Sends files, with the text of the message under the first, in one call. Throws an ApiFailure or a DeliveryFailure. */
export async function sendFiles(api: Api, message: OutboundMessage): Promise<string> {
  const files = message.attachments ?? []
  const [first] = files
  if (message.text !== '') checkLength(message.text, maxCaption)
  if (files.length > mostInGroup)
    throw new DeliveryFailure('refused', `Telegram takes ${mostInGroup} files in one message, not ${files.length}.`)
  if (!first) throw new DeliveryFailure('refused', 'There is no file to send.')
  return String(files.length > 1 ? await sendAlbum(api, message, files) : await sendFile(api, message, first))
}

/** The library drops objects from a form that it does not take for files. */
function fieldsOf(message: OutboundMessage) {
  const { reply_parameters: reply, ...place } = whereTo(message)
  return { ...place, ...(reply && { reply_parameters: JSON.stringify(reply) }) }
}

const captioned = <T>({ text }: OutboundMessage, call: (words: object) => Promise<T>): Promise<T> =>
  text === '' ? call({}) : marked(text, 'caption', call)

async function sendAlbum(api: Api, message: OutboundMessage, files: readonly Attachment[]) {
  const types = groupTypes(files)
  const uploads = await Promise.all(files.map((file) => upload(file, api.maxUpload)))
  const [first] = await captioned(message, (words) => {
    const media = uploads.map((media, at) => ({ type: types[at], media, ...(at === 0 && words) }))
    return api.call<readonly Sent[]>('sendMediaGroup', { ...fieldsOf(message), media }, { timeoutMs })
  })
  return first?.message_id
}

/** A picture of odd proportions, or a voice note to somebody who wants none. */
const unshown = /PHOTO_|IMAGE_PROCESS|photo dimensions|VOICE_MESSAGES_FORBIDDEN|too big for a photo/i

async function sendFile(api: Api, message: OutboundMessage, file: Attachment) {
  const media = await upload(file, api.maxUpload)
  const send = (type: MediaType) =>
    captioned(message, (words) =>
      api.call<Sent>(methods[type], { ...fieldsOf(message), ...words, [type]: media }, { timeoutMs }),
    )
  const wanted = mediaType(file)
  const type = wanted === 'photo' && media.source.length > largestPhoto ? 'document' : wanted
  try {
    return (await send(type)).message_id
  } catch (error) {
    if (type === 'document' || !said(error, unshown)) throw error
    return (await send('document')).message_id
  }
}
