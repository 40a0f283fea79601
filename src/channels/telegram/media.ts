import { DeliveryFailure, type Attachment } from '../../core/channel.ts'
import { mediaKind } from '../kit/media-kind.ts'

export type MediaType = 'photo' | 'animation' | 'voice' | 'audio' | 'video' | 'document'

/** How a file is sent, by what it is. */
export function mediaType({ name, mime }: Pick<Attachment, 'name' | 'mime'>): MediaType {
  const type = mime.toLowerCase()
  switch (mediaKind(name, type)) {
    case 'image':
      return type === 'image/gif' || name.toLowerCase().endsWith('.gif') ? 'animation' : 'photo'
    case 'audio':
      if (/^audio\/(?:ogg|opus)/.test(type) || /\.(?:ogg|oga|opus)$/i.test(name)) return 'voice'
      return /^audio\/(?:mpeg|mp3|mp4|x-m4a|m4a|aac)/.test(type) || /\.(?:mp3|m4a)$/i.test(name) ? 'audio' : 'document'
    case 'video':
      return type === 'video/mp4' || /\.mp4$/i.test(name) ? 'video' : 'document'
    case 'file':
      return 'document'
  }
}

export const methods = {
  photo: 'sendPhoto',
  animation: 'sendAnimation',
  voice: 'sendVoice',
  audio: 'sendAudio',
  video: 'sendVideo',
  document: 'sendDocument',
} as const satisfies Record<MediaType, string>

/** What one call can carry together. */
export const mostInGroup = 10

/** The type that all files of a group have: pictures and films may be mixed, everything else must be of one kind. */
export function groupTypes(files: readonly Attachment[]): readonly MediaType[] {
  const types = files.map(mediaType)
  const every = (...wanted: readonly MediaType[]) => types.every((type) => wanted.includes(type))
  return every('photo', 'video') || every('audio') ? types : types.map(() => 'document')
}

/** A larger picture goes as a document. */
export const largestPhoto = 10 * 1024 * 1024

export interface Upload {
  readonly source: Buffer
  readonly filename: string
}

/** The bytes of a file, with a name that is safe in a header. Throws a DeliveryFailure. */
export async function upload(file: Attachment, maxBytes: number): Promise<Upload> {
  const media = await read(file)
  if (media.source.length <= maxBytes) return media
  throw new DeliveryFailure('refused', `${file.name} has ${media.source.length} bytes; Telegram takes ${maxBytes}.`)
}

async function read(file: Attachment): Promise<Upload> {
  // eslint-disable-next-line no-control-regex
  const filename = file.name.replaceAll(/[\u0000-\u001F"\\/]/g, '_') || 'file'
  try {
    return { source: Buffer.from(await file.bytes()), filename }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new DeliveryFailure('refused', `The file ${file.name} cannot be read: ${why}`, { cause: error })
  }
}
