import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of our own package.json: the guide's documents and the workspace template lie beside it. */
export function packageRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from
  const parent = dirname(from)
  return parent === from ? from : packageRoot(parent)
}
