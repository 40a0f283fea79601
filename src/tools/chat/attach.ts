import { basename } from 'node:path'
import type { Attachment } from '../../core/channel.ts'
import { Problem } from '../../core/problem.ts'
import type { FileAccess } from '../files/access.ts'
import { openFile } from '../files/opened.ts'
import { bytesAt } from '../files/text.ts'
import { mediaTypeOf } from '../media-type.ts'

export interface AttachOptions {
  readonly access: FileAccess
  /** Bytes of the largest file. */
  readonly maxBytes: number
}

/** A file as an attachment that holds the bytes it has now. A Problem when it is none, not for us, or too large. */
export async function attach({ access, maxBytes }: AttachOptions, path: string, name?: string): Promise<Attachment> {
  await using file = await openFile(access, path)
  if (file.size > maxBytes)
    throw new Problem(`${file.name} is too large to send: ${file.size} of ${maxBytes} bytes.`, {
      mend: 'Send a smaller file, or raise agents.defaults.max_media_size.',
    })
  if (file.size === 0) throw new Problem(`${file.name} is empty, so it is not sent.`)
  const bytes = await bytesAt(file.handle, 0, file.size)
  const mime = mediaTypeOf(file.name)
  const [group = ''] = mime.split('/')
  return {
    kind: group === 'image' && mime !== 'image/svg+xml' ? 'image' : group === 'audio' ? 'audio' : 'file',
    mime,
    name: basename(name?.trim() || file.name),
    size: bytes.length,
    bytes: () => Promise.resolve(bytes),
  }
}
