import { readdir } from 'node:fs/promises'
import { z } from 'zod'
import type { Tool } from '../../core/tool.ts'
import { defineTool } from '../define.ts'
import type { FileAccess } from './access.ts'
import { from, openFolder } from './opened.ts'

/** Entries shown at most. */
const most = 1000

export function listDirTool(access: FileAccess): Tool {
  return defineTool({
    name: 'list_dir',
    description: 'Lists a folder: one line for each entry, with DIR, FILE or LINK before its name.',
    input: z.object({
      path: z.string().min(1).describe('The folder, relative to the workspace. "." is the workspace.'),
    }),
    readOnly: true,
    async run({ path: asked }) {
      const path = await access.resolve(asked, 'read')
      await using folder = await openFolder(access, path, asked, { purpose: 'read' })
      const entries = await readdir(folder.at('.'), { withFileTypes: true })
      const lines = entries
        .toSorted((left, right) => (left.name < right.name ? -1 : 1))
        .map((entry) => `${entry.isDirectory() ? 'DIR:  ' : entry.isSymbolicLink() ? 'LINK: ' : 'FILE: '}${entry.name}`)
      const source = await access.sourceOf(path)
      if (lines.length === 0) return '(empty folder)'
      const rest = lines.length - most
      const text = [...lines.slice(0, most), ...(rest > 0 ? [`[${rest} more entries were left out.]`] : [])].join('\n')
      // Names are words, too.
      return from(text, { source })
    },
  })
}
