import { mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Attachment, InboundMessage } from '../../core/channel.ts'
import { Problem } from '../../core/problem.ts'
import { type ImagePart, type TextPart, type UserMessage, userText } from '../../core/message.ts'
import type { BlobStore } from '../../core/store.ts'
import type { HeardMessage } from '../../dispatch/ports.ts'
import { resolveInside } from '../../kit/path-inside.ts'
import { localMoment } from '../moment.ts'

/** Turns the voice notes of a message into words. */
export interface VoiceHearing {
  hear(
    text: string,
    attachments: readonly Attachment[],
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly echo?: string; readonly trouble?: string }>
}

export interface HearParts {
  readonly blobs: Pick<BlobStore, 'put'>
  readonly now: () => number
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
  const audio = message.attachments.filter(({ kind }) => kind === 'audio')
  const heard = await hearVoice(message.text, audio, parts, signal)
  const files = await Promise.all(
    message.attachments
      .filter(({ kind }) => kind !== 'audio')
      .slice(0, mostFiles)
      .map((file, index) => takeIn(file, index, message, parts, signal)),
  )
  const left = message.attachments.length - mostFiles
  const notes = files.flatMap((file) => (file.type === 'text' ? [file.text] : []))
  const text = [
    heard.text,
    ...(heard.trouble === undefined ? [] : [`[${heard.trouble}]`]),
    ...notes,
    left > 0 ? `[${left} more files were not taken in]` : '',
  ]
    .filter((piece) => piece.trim() !== '')
    .join('\n')
  const said = message.kind === 'group' && !message.due ? `${speakerName(message.from.name)}: ${text}` : text
  const images = files.filter((file) => file.type === 'image')
  const outside = outsideOf(message)
  const question: UserMessage = {
    role: 'user',
    parts: [...(said === '' ? [] : [textPart(said)]), ...images],
    ...(outside !== undefined && { outside }),
    ...(parts.foreign && { speaker: personOf(message) }),
  }
  return {
    messages: [...quoted(message), question.parts.length > 0 ? question : userText('[an empty message]')],
    ...(heard.echo !== undefined && { echo: heard.echo }),
  }
}

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
): Promise<{ readonly text: string; readonly echo?: string; readonly trouble?: string }> {
  if (audio.length === 0) return { text }
  if (!voice) return { text, trouble: 'A voice message came, and nothing here understands speech.' }
  return voice.hear(text, audio, signal)
}

/** What the message answers. Words of somebody else are theirs, not the sender's. */
function quoted({ replyTo, from }: InboundMessage): readonly UserMessage[] {
  if (!replyTo || replyTo.text.trim() === '') return []
  // By id: a name is free for anybody to take.
  const theirs = !replyTo.own && replyTo.fromId !== from.id
  return [
    {
      ...userText(`[In answer to ${replyTo.own ? 'you' : oneLine(replyTo.from)}: ${replyTo.text.trim()}]`),
      ...(theirs && { outside: `person:${oneLine(replyTo.from)}` }),
    },
  ]
}

/** A picture as a part, any other file as a note that says where it lies. Why it cannot be had is a note too. */
async function takeIn(
  file: Attachment,
  index: number,
  message: InboundMessage,
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
    const path = await lay(bytes, { name: file.name || name, index }, message, parts)
    return textPart(`[file: ${path} (${oneLine(file.mime)}, ${bytes.length} bytes)]`)
  } catch (error) {
    signal.throwIfAborted()
    return textPart(`[The file ${name} could not be taken in: ${why(error)}]`)
  }
}

const tooLarge = ({ maxBytes }: HearParts) =>
  new Problem(`it is larger than ${Math.floor(maxBytes / (1024 * 1024))} MiB (agents.defaults.max_media_size).`)
const why = (error: unknown) => (error instanceof Error ? error.message : String(error))

/**
 * Lays a file into the workspace under a name of ours; resolves to its path there. No link is followed: neither one in place of the folder
 * nor one in place of the file.
 */
async function lay(
  bytes: Uint8Array,
  { name, index }: { readonly name: string; readonly index: number },
  message: InboundMessage,
  parts: HearParts,
): Promise<string> {
  const folder = join('inbox', localMoment(parts.now()).slice(0, 10))
  const path = join(
    folder,
    `${plain(message.id).slice(-40) || 'message'}-${index > 0 ? `${index + 1}-` : ''}${fileName(name)}`,
  )
  const root = await realpath(await parts.workspace())
  const real = await resolveInside(root, folder)
  if (real !== join(root, folder)) throw new Problem('the folder inbox of the workspace is a link.')
  await mkdir(real, { recursive: true })
  // The same message may be heard again after a crash.
  await rm(join(root, path), { force: true })
  await writeFile(join(root, path), bytes, { mode: 0o600, flag: 'wx' })
  return path
}

const plain = (id: string) => id.replaceAll(/[^\w-]+/g, '')

/** What is left of a name that somebody chose: letters, digits and dots, at most 80 characters, with its ending. */
function fileName(name: string): string {
  const clean = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '') || 'file'
  const ending = extname(clean).slice(0, 16)
  const stem = extname(clean) === ending ? clean.slice(0, clean.length - ending.length) : clean
  return `${stem.slice(0, 80 - ending.length)}${extname(clean) === ending ? ending : ''}`.toWellFormed()
}
