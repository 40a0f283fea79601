import type { Attachment, InboundMessage } from '../../core/channel.ts'
import { Problem } from '../../core/problem.ts'
import { type ImagePart, type TextPart, type UserMessage, userText } from '../../core/message.ts'
import type { BlobStore } from '../../core/store.ts'
import type { HeardMessage } from '../../dispatch/ports.ts'
import { layFile } from './attachment-folder.ts'

/** Turns the voice notes of a message into words. */
export interface VoiceHearing {
  hear(text: string, attachments: readonly Attachment[], signal: AbortSignal): Promise<HeardVoice>
}
interface HeardVoice {
  readonly text: string
  readonly echo?: string
  readonly trouble?: string
}

export interface HearParts {
  readonly blobs: Pick<BlobStore, 'put'>
  /** The day, as `2026-11-30`. */
  today(): string
  /** Absent where there is nothing that understands speech. */
  readonly voice?: VoiceHearing
  /** True when people share the conversation and this one is no owner: what they say is theirs alone. */
  readonly foreign: boolean
  /** Bytes of the largest file that is taken in. */
  readonly maxBytes: number
  /** The folder of the agent that is asked. */
  workspace(): Promise<string>
}

/** A message as a model reads it: voice as words, pictures as parts, other files laid into the workspace and named. */
export async function hearMessage(
  message: InboundMessage,
  parts: HearParts,
  signal: AbortSignal,
): Promise<HeardMessage> {
  const [quote, { heard, text, images, isBare }] = await Promise.all([
    quoted(message, parts, signal),
    contentOf(message, parts, signal),
  ])
  const said = message.kind === 'group' && !message.due ? `${speakerName(message.from.name)}: ${text}` : text
  const outside = outsideOf(message)
  const question: UserMessage = {
    role: 'user',
    parts: [...(said === '' ? [] : [textPart(said)]), ...images],
    ...(outside !== undefined && { outside }),
    ...(parts.foreign && { speaker: personOf(message) }),
  }
  const { text: words, ...told } = heard
  if (isBare && isLost(told.trouble, words)) return { messages: [], ...told }
  return {
    messages: [...quote, question.parts.length > 0 ? question : userText('[an empty message]')],
    ...told,
  }
}

interface Content {
  readonly heard: HeardVoice
  /** All that can be said in words: what was written and heard, where files lie, what could not be had. */
  readonly text: string
  readonly images: readonly ImagePart[]
  /** True when no file but recordings came with it. */
  readonly isBare: boolean
}

/** Words and files, of a message or of the one that it answers. */
async function contentOf(
  message: Pick<InboundMessage, 'id' | 'text' | 'attachments'>,
  parts: HearParts,
  signal: AbortSignal,
): Promise<Content> {
  const audio = message.attachments.filter(({ kind }) => kind === 'audio')
  const heard = await hearVoice(message.text, audio, parts, signal)
  const files = await Promise.all(
    message.attachments
      .filter(({ kind }) => kind !== 'audio')
      .slice(0, mostFiles)
      .map((file, index) => takeIn(file, index, message, parts, signal)),
  )
  const left = message.attachments.length - mostFiles
  const text = [
    heard.text,
    ...(heard.trouble === undefined ? [] : [`[${heard.trouble}]`]),
    ...files.flatMap((file) => (file.type === 'text' ? [file.text] : [])),
    left > 0 ? `[${left} more files were not taken in]` : '',
  ]
    .filter((piece) => piece.trim() !== '')
    .join('\n')
  return { heard, text, images: files.filter((file) => file.type === 'image'), isBare: files.length === 0 }
}

/** A recording that nobody understood, and no words beside it: there is nothing to ask a model. */
const isLost = (trouble: string | undefined, words: string) =>
  trouble !== undefined && words.replaceAll(/\[(?:voice|audio)\]/g, '').trim() === ''

/** Who said it, as messages are marked with it. */
export const personOf = ({ at, from }: Pick<InboundMessage, 'at' | 'from'>): string => `${at.channel}:${from.id}`

/** Files of one message that are taken in. */
const mostFiles = 20

function outsideOf({ due, forwardedFrom }: InboundMessage): string | undefined {
  if (due?.outside !== undefined) return due.outside
  return forwardedFrom === undefined ? undefined : `person:${oneLine(forwardedFrom)}`
}

const textPart = (text: string): TextPart => ({ type: 'text', text })
/** Marks that turn the direction of writing, and characters that nobody sees. */
const unseen = /[\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}\p{Cc}]/gu
const oneLine = (text: string) =>
  text.replaceAll(/\s+/g, ' ').replaceAll(unseen, '').trim().slice(0, 100).toWellFormed()
/** A name with a colon could speak for somebody else. */
const speakerName = (name: string) => oneLine(name).replaceAll(/[:：]/g, ' ').trim() || 'somebody'

async function hearVoice(
  text: string,
  audio: readonly Attachment[],
  { voice }: HearParts,
  signal: AbortSignal,
): Promise<HeardVoice> {
  if (audio.length === 0) return { text }
  if (!voice) return { text, trouble: 'A voice message came, and nothing here understands speech.' }
  const { text: words, echo, trouble } = await voice.hear(text, audio, signal)
  return { text: words, ...(echo !== undefined && { echo }), ...(trouble !== undefined && { trouble }) }
}

/** What the message answers, with its files. What somebody else said or showed is theirs, not the sender's. */
async function quoted(
  { replyTo, from }: InboundMessage,
  parts: HearParts,
  signal: AbortSignal,
): Promise<readonly UserMessage[]> {
  if (!replyTo) return []
  const { text, images } = await contentOf({ attachments: [], ...replyTo }, parts, signal)
  const words = text.trim()
  if (words === '' && images.length === 0) return []
  // By id: a name is free for anybody to take.
  const theirs = !replyTo.own && replyTo.fromId !== from.id
  const whom = replyTo.own ? 'you' : oneLine(replyTo.from)
  return [
    {
      role: 'user',
      parts: [textPart(`[In answer to ${whom}${words === '' ? '' : `: ${words}`}]`), ...images],
      ...(theirs && { outside: `person:${oneLine(replyTo.from)}` }),
    },
  ]
}

/** A picture as a part, any other file as a note that says where it lies. Why it cannot be had is a note too. */
async function takeIn(
  file: Attachment,
  index: number,
  message: Pick<InboundMessage, 'id'>,
  parts: HearParts,
  signal: AbortSignal,
): Promise<ImagePart | TextPart> {
  const name = oneLine(file.name) || file.kind
  try {
    if ((file.size ?? 0) > parts.maxBytes) throw tooLarge(parts)
    const bytes = await file.bytes(signal)
    if (bytes.length > parts.maxBytes) throw tooLarge(parts)
    if (file.kind === 'image')
      return { type: 'image', mime: file.mime, source: { type: 'blob', id: await parts.blobs.put(bytes, file.mime) } }
    const path = await layFile(await parts.workspace(), {
      message: message.id,
      index,
      name: file.name || name,
      bytes,
      day: parts.today(),
    })
    return textPart(`[file: ${path} (${oneLine(file.mime)}, ${bytes.length} bytes)]`)
  } catch (error) {
    signal.throwIfAborted()
    return textPart(`[The file ${name} could not be taken in: ${why(error)}]`)
  }
}

const tooLarge = ({ maxBytes }: HearParts) =>
  new Problem(`it is larger than ${Math.floor(maxBytes / (1024 * 1024))} MiB (agents.defaults.max_media_size).`)
const why = (error: unknown) => (error instanceof Error ? error.message : String(error))
