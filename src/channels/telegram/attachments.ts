import type { Attachment } from '../../core/channel.ts'
import type { FileFacts, Message } from './wire.ts'

type Facts = Omit<Attachment, 'bytes'> & { readonly ref: string }
type Load = (ref: string, signal?: AbortSignal) => Promise<Uint8Array>

/** The files of a message. None is loaded before somebody reads it. */
export function attachmentsOf(message: Message, load: Load): readonly Attachment[] {
  return factsOf(message).map((facts) => ({ ...facts, bytes: (signal) => load(facts.ref, signal) }))
}

function factsOf(message: Message): readonly Facts[] {
  const { photo, voice, audio, document, video, video_note: note, animation, sticker } = message
  const files: (Facts | undefined)[] = [
    photo && file('image', largest(photo), 'image/jpeg', 'photo.jpg'),
    voice && file('audio', voice, 'audio/ogg', 'voice.ogg'),
    audio && file('audio', audio, 'audio/mpeg', 'audio.mp3'),
    // An animation comes a second time, as a document.
    animation
      ? undefined
      : document && file(kindOf(document.mime_type), document, 'application/octet-stream', 'document'),
    animation && file('file', animation, 'video/mp4', 'animation.mp4'),
    video && file('file', video, 'video/mp4', 'video.mp4'),
    note && file('file', note, 'video/mp4', 'video-note.mp4'),
    sticker && file('file', sticker, ...stickerForm(sticker)),
  ]
  return files.filter((facts) => facts !== undefined)
}

function stickerForm(sticker: { is_animated?: boolean; is_video?: boolean }): readonly [mime: string, name: string] {
  if (sticker.is_animated) return ['application/x-tgsticker', 'sticker.tgs']
  return sticker.is_video ? ['video/webm', 'sticker.webm'] : ['image/webp', 'sticker.webp']
}

/** Pictures and sound that were sent as documents are what they are; vector graphics are for no model's eyes. */
function kindOf(mime = ''): Attachment['kind'] {
  if (/^image\/(?:jpeg|png|gif|webp|bmp)$/i.test(mime)) return 'image'
  return /^audio\//i.test(mime) ? 'audio' : 'file'
}

function largest(sizes: NonNullable<Message['photo']>): FileFacts | undefined {
  const area = ({ width = 0, height = 0, file_size: size = 0 }: (typeof sizes)[number]) => width * height || size
  return sizes.toSorted((left, right) => area(left) - area(right)).at(-1)
}

function file(kind: Attachment['kind'], facts: FileFacts | undefined, mime: string, name: string): Facts | undefined {
  if (!facts) return undefined
  return {
    kind,
    mime: facts.mime_type ?? mime,
    name: facts.file_name ?? name,
    ...(facts.file_size !== undefined && { size: facts.file_size }),
    ref: facts.file_id,
  }
}
