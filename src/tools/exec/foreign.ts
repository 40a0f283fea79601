import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { ToolOutput } from '../../core/tool.ts'
import { type FileAccess, foreignNames } from '../files/access.ts'
import { codeOf } from '../files/errors.ts'

/** The folders of a workspace in which words of others lie, for one command. */
export interface ForeignFolders {
  /** Those that the command is not to see, where there is a wall. */
  readonly unasked: readonly string[]
  /** The output of the command, which found `covered` empty: labelled when it may show what lies in another. */
  label(output: ToolOutput, covered: readonly string[]): Promise<ToolOutput>
}

interface Place {
  readonly workspace: string
  readonly access: FileAccess
  /** True: all that a command shows counts as from outside anyway, so nothing is kept from it. */
  readonly network?: boolean
}

/** Looks at the workspace before the command runs. It asks for words of others by naming a folder of theirs or by starting in one. */
export async function foreignFolders(place: Place, command: string, cwd: string): Promise<ForeignFolders> {
  const { workspace, access, network = false } = place
  const before = await laden(workspace)
  const asked = foreignNames.some((name) => command.includes(name)) || (await access.sourceOf(cwd)) !== undefined
  return {
    unasked: network || asked ? [] : await withoutLinks(before),
    async label(output, covered) {
      if (network) return output
      // Both looks count: the command may have removed what it showed, and a message may have come while it ran.
      const seen = [...before, ...(await laden(workspace))].filter((path) => !covered.includes(path))
      return seen.length > 0 ? { ...output, outside: 'file' } : output
    },
  }
}

/** The folders in which something lies at this moment. One that cannot be looked into may hold anything. */
async function laden(workspace: string): Promise<readonly string[]> {
  const paths = foreignNames.map((name) => join(workspace, name))
  const holds = await Promise.all(
    paths.map((path) =>
      readdir(path).then(
        (names) => names.length > 0,
        (error: unknown) => codeOf(error) !== 'ENOENT',
      ),
    ),
  )
  return paths.filter((_, index) => holds[index])
}

/** Those that can be covered: a cover in place of a link would lie over what the link leads to. */
async function withoutLinks(paths: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)))
  return paths.filter((path, index) => path === real[index])
}
