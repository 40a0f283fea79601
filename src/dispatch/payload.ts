import type { Attachment, Channel, InboundMessage, OutboundMessage } from '../core/channel.ts'
import { Problem } from '../core/problem.ts'
import type { BlobStore } from '../core/store.ts'

/** Attachments whose bytes are in our own store. */
const stored = 'blob:'

/** What is stored of a message that came in: everything but bytes. */
export interface StoredInbound {
  readonly message: InboundMessage
  readonly agent: string
  readonly role: 'owner' | 'member'
}

/** As text for the inbox. An attachment that its channel cannot fetch again is stored first. */
export async function packInbound(item: StoredInbound, blobs: BlobStore): Promise<string> {
  const { attachments, replyTo } = item.message
  const referred = (files: readonly Attachment[]) => Promise.all(files.map((file) => withRef(file, blobs)))
  const message = {
    ...item.message,
    attachments: await referred(attachments),
    ...(replyTo?.attachments && { replyTo: { ...replyTo, attachments: await referred(replyTo.attachments) } }),
  }
  return JSON.stringify({ ...item, message })
}

/** Back from the inbox; bytes come from the channel, or from our own store. */
export function unpackInbound(payload: string, channel: Channel | undefined, blobs: BlobStore): StoredInbound {
  const item = JSON.parse(payload) as StoredInbound
  const { attachments, replyTo } = item.message
  const fetched = (files: readonly Attachment[]) => files.map((file) => lazily(file, channel, blobs))
  const message = {
    ...item.message,
    attachments: fetched(attachments),
    ...(replyTo?.attachments && { replyTo: { ...replyTo, attachments: fetched(replyTo.attachments) } }),
  }
  return { ...item, message }
}

/** As text for the outbox; what is attached is stored. */
export async function packOutbound(message: OutboundMessage, blobs: BlobStore): Promise<string> {
  if (!message.attachments?.length) return JSON.stringify(message)
  const attachments = await Promise.all(message.attachments.map((file) => kept(file, blobs)))
  return JSON.stringify({ ...message, attachments })
}

export function unpackOutbound(payload: string, blobs: BlobStore): OutboundMessage {
  const message = JSON.parse(payload) as OutboundMessage
  if (!message.attachments) return message
  return { ...message, attachments: message.attachments.map((file) => lazily(file, undefined, blobs)) }
}

async function withRef(file: Attachment, blobs: BlobStore): Promise<Attachment> {
  return file.ref === undefined ? kept(file, blobs) : file
}

async function kept(file: Attachment, blobs: BlobStore): Promise<Attachment> {
  if (file.ref?.startsWith(stored)) return file
  const bytes = await file.bytes()
  return { ...file, size: bytes.length, ref: stored + (await blobs.put(bytes, file.mime)) }
}

function lazily(file: Attachment, channel: Channel | undefined, blobs: BlobStore): Attachment {
  return {
    ...file,
    async bytes(signal) {
      const { ref = '' } = file
      if (ref.startsWith(stored)) {
        const blob = await blobs.get(ref.slice(stored.length))
        if (blob) return blob.bytes
      } else if (channel?.fetch) return channel.fetch(ref, signal)
      throw new Problem(`The file ${file.name} is no longer there.`)
    },
  }
}
