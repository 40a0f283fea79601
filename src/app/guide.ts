import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Protocol } from '../providers/endpoint.ts'
import { packageRoot } from './paths.ts'
import type { ModelSources } from './model-sources.ts'

/** The built-in guide as a protocol: it answers from the bundled documents and what was found on this machine. */
export async function guideProtocol(configPath: string, { keys, servers }: ModelSources): Promise<Protocol> {
  const folder = join(packageRoot(), 'docs', 'guide')
  const [{ default: guide }, names] = await Promise.all([import('../providers/guide/guide.ts'), readdir(folder)])
  const docs = await Promise.all(
    names
      .filter((name) => name.endsWith('.md'))
      .map(async (name) => ({ file: `docs/guide/${name}`, text: await readFile(join(folder, name), 'utf8') })),
  )
  return () => guide({ docs, found: { keys, servers, configPath } })
}
