import { z } from 'zod'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { FileAccess } from './access.ts'
import { appendFile, writeFile } from './write.ts'

const path = z.string().min(1).describe('The file, relative to the workspace.')

export function writeFileTool(access: FileAccess): Tool {
  return defineTool({
    name: 'write_file',
    description:
      'Writes a file. Folders that are missing are made. An existing file is replaced only with overwrite=true.',
    input: z.object({
      path,
      content: z.string().describe('The whole content.'),
      overwrite: z.boolean().optional().describe('Replace the file if it is there. Default false.'),
    }),
    readOnly: false,
    effects: ({ path }) => access.effectsOfWriting(path),
    async run({ path, content, overwrite = false }) {
      await writeFile(access, path, content, { replace: overwrite })
      return `File written: ${path}`
    },
  })
}

export function appendFileTool(access: FileAccess): Tool {
  return defineTool({
    name: 'append_file',
    description: 'Adds text to the end of a file, which is made if it is missing.',
    input: z.object({ path, content: z.string().describe('What to add.') }),
    readOnly: false,
    effects: ({ path }) => access.effectsOfWriting(path),
    async run({ path, content }) {
      await appendFile(access, path, content)
      return `Appended to ${path}`
    },
  })
}
