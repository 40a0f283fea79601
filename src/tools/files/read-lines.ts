import { z } from 'zod'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { FileAccess } from './access.ts'
import { from, openFile } from './opened.ts'
import { mustBeText } from './text.ts'

interface Page {
  readonly lines: readonly string[]
  /** True when the file goes on after the last line. */
  readonly more: boolean
  /** True when a single line is longer than a page, so that only its start is there. */
  readonly cut: boolean
}

/** read_file by lines, each with its number. `limit` is in bytes per call. */
export function readFileByLines(access: FileAccess, limit = 65_536): Tool {
  return defineTool({
    name: 'read_file',
    description:
      'Reads a text file; every line is shown as NUMBER|TEXT. A long file comes in pieces: the header says with which line the next call should start.',
    input: z.object({
      path: z.string().min(1).describe('The file, relative to the workspace.'),
      start_line: z.int().min(1).optional().describe('Line to start at. Default 1.'),
      max_lines: z.int().min(1).optional().describe('Lines to read.'),
    }),
    readOnly: true,
    limit: limit * 2 + 1000,
    async run({ path, start_line: first = 1, max_lines: count }) {
      await using file = await openFile(access, path)
      await mustBeText(file)
      const chunks = file.handle.createReadStream({ autoClose: false, start: 0 })
      const { lines, more, cut } = await pageOf(chunks, { first, count: count ?? Infinity, limit })
      const head = `[file: ${file.name} | total: ${file.size} bytes`
      if (lines.length === 0) return from(`${head}]\n[END OF FILE - no content at or after start_line=${first}]`, file)
      const last = first + lines.length - 1
      const again = `start_line=${last + 1}${count === undefined ? '' : ` max_lines=${count}`}`
      const state = more
        ? `[TRUNCATED - file has more content. Call read_file again with ${again} to continue.]`
        : '[END OF FILE - no further content.]'
      const note = cut ? `\n[Line ${last} is longer than ${limit} bytes; only its start is shown.]` : ''
      const text = lines.map((line, index) => `${first + index}|${line}\n`).join('')
      return from(`${head} | read: lines ${first}-${last}]\n${state}${note}\n\n${text}`, file)
    },
  })
}

interface Wanted {
  readonly first: number
  readonly count: number
  readonly limit: number
}

/** The wanted lines, without holding more than a page. */
async function pageOf(chunks: AsyncIterable<Buffer>, { first, count, limit }: Wanted): Promise<Page> {
  const lines: string[] = []
  let number = 0
  let bytes = 0
  for await (const { start, size } of linesOf(chunks, limit)) {
    number += 1
    if (number < first) continue
    const full = lines.length > 0 && (lines.length === count || bytes + size > limit)
    if (full) return { lines, more: true, cut: false }
    lines.push(start.toString('utf8').replace(/\r$/, ''))
    bytes += size
    if (size > limit) return { lines, more: true, cut: true }
  }
  return { lines, more: false, cut: false }
}

interface Line {
  /** Its first bytes, up to the limit. */
  readonly start: Buffer
  /** All its bytes. */
  readonly size: number
}

async function* linesOf(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Line> {
  let held: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const end = chunk.indexOf(10, at)
      const piece = chunk.subarray(at, end === -1 ? chunk.length : end)
      if (size < limit) held.push(piece.subarray(0, limit - size))
      size += piece.length
      at += piece.length + 1
      if (end === -1) continue
      yield { start: Buffer.concat(held), size }
      held = []
      size = 0
    }
  }
  if (size > 0) yield { start: Buffer.concat(held), size }
}
