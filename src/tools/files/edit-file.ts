import { z } from 'zod'
import { Problem } from '../../core/problem.ts'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { FileAccess } from './access.ts'
import { openFile } from './opened.ts'
import { bytesAt } from './text.ts'
import { writeFile } from './write.ts'

/** Bytes of the largest file that is edited. */
const largest = 10 * 1024 * 1024

export function editFileTool(access: FileAccess): Tool {
  return defineTool({
    name: 'edit_file',
    description: 'Replaces one piece of text in a file. The old text must occur exactly once.',
    input: z.object({
      path: z.string().min(1).describe('The file, relative to the workspace.'),
      old_text: z.string().min(1).describe('The text to replace, exactly as it stands in the file.'),
      new_text: z.string().describe('What to put in its place.'),
    }),
    readOnly: false,
    effects: ({ path }) => access.effectsOfWriting(path),
    async run({ path, old_text: before, new_text: after }) {
      const content = await contentOf(access, path)
      const edited = replaceOnce(content, before, after)
      await writeFile(access, path, edited)
      return `File edited: ${path}`
    },
  })
}

async function contentOf(access: FileAccess, path: string): Promise<string> {
  await using file = await openFile(access, path)
  if (file.size > largest) throw new Problem(`${file.name} is too large to edit: ${file.size} of ${largest} bytes.`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await bytesAt(file.handle, 0, file.size))
  } catch (error) {
    throw new Problem(`${file.name} is not UTF-8 text, so an edit would damage it.`, { cause: error })
  }
}

/** The content with `before` replaced as it stands: `$&` and the like mean nothing. Where the file ends its lines with CRLF, so may the texts. */
export function replaceOnce(content: string, before: string, after: string): string {
  const windows = !content.includes(before) && content.includes('\r\n')
  const [old, fresh] = windows ? [crlf(before), crlf(after)] : [before, after]
  const count = content.split(old).length - 1
  if (count === 0)
    throw new Problem('old_text not found in file.', {
      mend: 'Read the file and copy the text exactly as it stands there.',
    })
  if (count > 1)
    throw new Problem(`old_text appears ${count} times.`, {
      mend: 'Add more of the text around it, so that it is the only one.',
    })
  const at = content.indexOf(old)
  return content.slice(0, at) + fresh + content.slice(at + old.length)
}

const crlf = (text: string): string => text.replaceAll(/\r?\n/g, '\r\n')
