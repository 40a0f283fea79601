import { cp, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Problem } from '../core/problem.ts'
import { ensureFolder } from '../kit/atomic-file.ts'
import type { Workspace } from './ports.ts'

/** Read when present, in this order; the legacy names only without AGENT.md. */
const current = ['AGENT.md', 'SOUL.md', 'USER.md']
const legacy = ['AGENTS.md', 'SOUL.md', 'USER.md', 'IDENTITY.md']

/** Opens the workspace at `root`; a missing one is made from `template`. */
export async function openWorkspace(root: string, template: string): Promise<Workspace> {
  if (!(await exists(root))) {
    try {
      await ensureFolder(dirname(root))
      await cp(template, root, { recursive: true })
    } catch (error) {
      throw new Problem(`The workspace ${root} could not be made: ${(error as Error).message}.`, {
        at: root,
        mend: 'Make the folder writable, or name another one in agents.defaults.workspace or PICOCLAW_HOME.',
        cause: error,
      })
    }
  }
  return { root, read: () => readWorkspace(root) }
}

async function readWorkspace(root: string): ReturnType<Workspace['read']> {
  const names = (await exists(join(root, 'AGENT.md'))) ? current : legacy
  const files = await Promise.all(names.map(async (name) => ({ name, text: strip(await text(join(root, name))) })))
  return {
    root,
    files: files.filter((file) => file.text !== ''),
    memory: strip(await text(join(root, 'memory', 'MEMORY.md'))),
  }
}

/** The body a model should read: front matter and comments removed. */
function strip(markdown: string): string {
  return markdown
    .replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---(?:\r?\n|$)/, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .trim()
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new Problem(`${path} could not be read: ${(error as Error).message}.`, {
      at: path,
      mend: 'Make the file readable, or remove it.',
      cause: error,
    })
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
