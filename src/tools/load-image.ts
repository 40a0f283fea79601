import { z } from 'zod'
import { Problem } from '../core/problem.ts'
import type { Tool } from '../core/tool.ts'
import { defineTool } from './define.ts'
import type { FileAccess } from './files/access.ts'
import { openFile } from './files/opened.ts'
import { bytesAt } from './files/text.ts'
import { pictureTypeOf } from './media-type.ts'
import type { BlobKeeper } from './ports.ts'

export interface LoadImageOptions {
  readonly access: FileAccess
  readonly blobs: BlobKeeper
  /** Bytes of the largest picture. */
  readonly maxBytes: number
}

/** load_image: shows the model a picture of the workspace. */
export function loadImageTool({ access, blobs, maxBytes }: LoadImageOptions): Tool {
  return defineTool({
    name: 'load_image',
    description: 'Looks at a picture: PNG, JPEG, GIF or WebP.',
    input: z.object({ path: z.string().min(1).describe('The file, relative to the workspace.') }),
    readOnly: true,
    async run({ path }) {
      await using file = await openFile(access, path)
      if (file.size > maxBytes)
        throw new Problem(`${file.name} is too large to look at: ${file.size} of ${maxBytes} bytes.`, {
          mend: 'Make it smaller first.',
        })
      const bytes = await bytesAt(file.handle, 0, file.size)
      const mime = pictureTypeOf(bytes)
      if (mime === undefined)
        throw new Problem(`${file.name} is no PNG, JPEG, GIF or WebP picture.`, { mend: 'Convert it first.' })
      const id = await blobs.put(bytes, mime)
      return {
        content: [
          { type: 'text', text: `[picture: ${file.name} | ${mime} | ${bytes.length} bytes]` },
          { type: 'image', mime, source: { type: 'blob', id } },
        ],
        ...(file.source !== undefined && { outside: file.source }),
      }
    },
  })
}
