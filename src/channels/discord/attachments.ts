import type { APIAttachment, APIMessage, RawFile } from 'discord.js'
import type { Attachment } from '../../core/channel.ts'
import { DeliveryFailure } from '../../core/channel.ts'
import { Problem } from '../../core/problem.ts'
import type { Rest } from './rest.ts'

/** The largest file that is downloaded, in bytes. */
const largest = 100 * 1_048_576

export interface FilesOptions {
  readonly rest: Rest
  readonly fetch: typeof globalThis.fetch
  /** Another address of files than Discord's own. */
  readonly cdn?: string
}
export interface Files {
  /** The files of a message. Nothing is downloaded yet. */
  of(message: Pick<APIMessage, 'id' | 'channel_id' | 'attachments' | 'flags'>): readonly Attachment[]
  /** Downloads again by the `ref` of an attachment. */
  fetch(ref: string, signal?: AbortSignal): Promise<Uint8Array>
}

export function filesOf({ rest, fetch, cdn }: FilesOptions): Files {
  const hosts = new Set(['https://cdn.discordapp.com', 'https://media.discordapp.net'])
  if (cdn !== undefined) hosts.add(new URL(cdn).origin)

  async function download(url: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    if (!hosts.has(new URL(url).origin)) throw new Problem('Discord named a file that is not on its own servers.')
    const response = await fetch(url, { signal: signal ?? null, redirect: 'error' })
    if (response.ok) return readUpTo(response, largest)
    await response.body?.cancel()
    // Addresses of files are signed for a day.
    if (response.status === 403 || response.status === 404) return undefined
    throw new Problem(`Discord answered with status ${response.status} instead of the file.`)
  }
  async function again(ref: string, signal?: AbortSignal): Promise<Uint8Array> {
    const [channel = '', message = '', id = ''] = ref.split('/')
    const found = await rest.request<APIMessage>('GET', `/channels/${channel}/messages/${message}`)
    const attachment = everyAttachment(found).find((each) => each.id === id)
    const bytes = attachment && (await download(attachment.url, signal))
    if (bytes) return bytes
    throw new Problem('The file was removed from Discord.')
  }
  return {
    of: (message) =>
      everyAttachment(message).map((attachment) => {
        const ref = `${message.channel_id}/${message.id}/${attachment.id}`
        return {
          kind: kindOf(attachment),
          mime: mimeOf(attachment),
          name: attachment.filename,
          size: attachment.size,
          ref,
          bytes: async (signal) => (await download(attachment.url, signal)) ?? again(ref, signal),
        }
      }),
    fetch: again,
  }
}

/** The files of a message and of those that it passes on. */
const everyAttachment = (message: Pick<APIMessage, 'attachments' | 'message_snapshots'>): readonly APIAttachment[] => [
  ...message.attachments,
  ...(message.message_snapshots ?? []).flatMap((snapshot) => snapshot.message.attachments),
]

/** A recording made in Discord has a length and a waveform. */
const isRecording = ({ duration_secs, waveform }: APIAttachment) =>
  duration_secs !== undefined && waveform !== undefined
const mimeOf = (attachment: APIAttachment) =>
  attachment.content_type ??
  (isRecording(attachment) ? 'audio/ogg' : (byEnding(attachment.filename) ?? 'application/octet-stream'))

function kindOf(attachment: APIAttachment): Attachment['kind'] {
  const mime = mimeOf(attachment)
  if (mime.startsWith('image/')) return 'image'
  return mime.startsWith('audio/') ? 'audio' : 'file'
}

const endings: Readonly<Record<string, string>> = {
  flac: 'audio/flac',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  m4a: 'audio/mp4',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  wav: 'audio/wav',
  webp: 'image/webp',
}
const byEnding = (name: string) => endings[name.split('.').at(-1)?.toLowerCase() ?? '']

async function readUpTo(response: Response, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += bytes.length
    if (size > limit) throw new Problem(`The file is larger than ${Math.round(limit / 1_048_576)} MB.`)
    pieces.push(bytes)
  }
  return Buffer.concat(pieces)
}

/** Files as discord.js uploads them. A DeliveryFailure when there are too many or one cannot be read. */
export async function uploads(attachments: readonly Attachment[]): Promise<readonly RawFile[]> {
  if (attachments.length > 10) throw new DeliveryFailure('refused', 'Discord takes ten files in one message.')
  return Promise.all(
    attachments.map(async (attachment) => {
      const bytes = await attachment.bytes().catch((cause: unknown) => {
        throw new DeliveryFailure('refused', `The file ${attachment.name} cannot be read.`, { cause })
      })
      return { name: attachment.name, data: Buffer.from(bytes), contentType: attachment.mime }
    }),
  )
}
