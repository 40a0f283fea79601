import { z } from 'zod'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { FileAccess } from './access.ts'
import { from, openFile } from './opened.ts'
import { bytesAt, mustBeText, wholeCharacters } from './text.ts'

/** read_file by bytes. `limit` is in bytes per call. */
export function readFileByBytes(access: FileAccess, limit = 65_536): Tool {
  return defineTool({
    name: 'read_file',
    description:
      'Reads a text file. A long file comes in pieces: the header says from which offset the next call should read.',
    input: z.object({
      path: z.string().min(1).describe('The file, relative to the workspace.'),
      offset: z.int().min(0).optional().describe('Byte to start at. Default 0.'),
      length: z.int().min(1).optional().describe(`Bytes to read, at most ${limit}.`),
    }),
    readOnly: true,
    limit: limit + 1000,
    async run({ path, offset = 0, length = limit }) {
      await using file = await openFile(access, path)
      await mustBeText(file)
      const wanted = Math.min(length, limit)
      // One byte more than wanted tells whether this is the end, also for a file that grows.
      const read = await bytesAt(file.handle, offset, wanted + 1)
      const head = `[file: ${file.name} | total: ${file.size} bytes`
      if (read.length === 0) return from(`${head}]\n[END OF FILE - no content at this offset]`, file)
      const more = read.length > wanted
      const page = read.subarray(0, wanted)
      const shown = more ? page.subarray(0, wholeCharacters(page) || page.length) : page
      const next = offset + shown.length
      const state = more
        ? `[TRUNCATED - file has more content. Call read_file again with offset=${next} to continue.]`
        : '[END OF FILE - no further content.]'
      return from(`${head} | read: bytes ${offset}-${next - 1}]\n${state}\n\n${shown.toString('utf8')}`, file)
    },
  })
}
