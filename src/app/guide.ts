import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Protocol } from '../providers/endpoint.ts'
import type { Found } from '../providers/guide/guide.ts'
import { packageRoot } from './paths.ts'

/** The built-in guide as a protocol: it answers from the bundled documents and what was found on this machine. */
export async function guideProtocol(found: Found): Promise<Protocol> {
  const folder = join(packageRoot(), 'docs', 'guide')
  const [{ guide }, names] = await Promise.all([import('../providers/guide/guide.ts'), readdir(folder)])
  const documents = await Promise.all(
    names
      .filter((name) => name.endsWith('.md'))
      .map(async (name) => ({ file: `docs/guide/${name}`, text: await readFile(join(folder, name), 'utf8') })),
  )
  return () => guide({ documents, found })
}
