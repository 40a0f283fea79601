import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { exitCodes, Problem } from '../core/problem.ts'
import { accepted } from './accepted.ts'
import { check, together } from './check.ts'
import { readSecretFile } from './credentials.ts'
import { defaultWorkspace, type Environment } from './environment.ts'
import { faultOf, originText } from './faults.ts'
import { fit } from './fit.ts'
import { agentForms } from './forms/agents.ts'
import { channelForms, skipUnusable } from './forms/channels.ts'
import { keyForms } from './forms/models.ts'
import { put } from './forms/move.ts'
import { sessionForms } from './forms/session.ts'
import { shorthandForms } from './forms/shorthands.ts'
import { override } from './overrides.ts'
import { parseConfig } from './parse.ts'
import { resolveReferences, type Fetcher } from './references.ts'
import type { Config } from './schema/config.ts'
import { secretsOf } from './secrets.ts'
import type { SourceText } from './source-text.ts'
import { at, scalar, table, type Path, type Table } from './tree.ts'
import { takeUnknown, unknownWarning } from './unknown-keys.ts'
import type { Warning } from './warning.ts'

export interface Loaded {
  readonly config: Config
  readonly warnings: readonly Warning[]
  /** Every secret value that was resolved, for redaction. */
  readonly secrets: readonly string[]
  /** The files that were read. */
  readonly files: readonly string[]
  /** Where the value at a path of the present form came from: `file:line:column`, `environment NAME` or `default`. */
  readonly source: (path: Path) => string
}

/** Reads config.json and what belongs to it. A missing file means the defaults; a mistake is a Problem with its place. */
export async function loadConfig(environment: Environment): Promise<Loaded> {
  const path = environment.configPath
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Problem(`The config ${path} cannot be read.`, {
      at: path,
      mend: 'Check its permissions.',
      exitCode: exitCodes.config,
      cause: error,
    })
  })
  const source = text === undefined ? undefined : { path, text: text.replace(/^\uFEFF/, '') }
  return loadText(source, environment)
}

async function loadText(source: SourceText | undefined, environment: Environment): Promise<Loaded> {
  const warnings: Warning[] = []
  const root = source === undefined ? table() : readRoot(source, warnings)
  checkVersion(root)
  const unknown = takeUnknown(root)
  warnings.push(...unknown.map(unknownWarning))
  const lost = await resolveReferences(root, environment, fetcherFor(environment))
  if (lost.length > 0) throw together(lost)
  const fitted = fit(root, accepted)
  if (fitted.faults.length > 0) throw together(fitted.faults)
  warnings.push(...fitted.warnings)
  agentForms(root)
  keyForms(root)
  warnings.push(...channelForms(root))
  shorthandForms(root)
  warnings.push(...override(root, environment, '', new Set()))
  sessionForms(root)
  put(root, ['agents', 'defaults', 'workspace'], scalar(defaultWorkspace(environment)))
  warnings.push(...skipUnusable(root, fitted.blanks))
  const config = check(root, unknown)
  return {
    config,
    warnings,
    secrets: secretsOf(root),
    files: source === undefined ? [] : [source.path],
    source: sourceIn(root),
  }
}

function sourceIn(root: Table): (path: Path) => string {
  return (path) => {
    const origin = at(root, ...path)?.origin
    return origin === undefined || origin.kind === 'default' ? 'default' : originText(origin, path)
  }
}

function readRoot(source: SourceText, warnings: Warning[]): Table {
  if (source.text.trim().length <= 2 && source.text.length <= 10) {
    warnings.push({ at: source.path, text: 'The config is empty; the defaults count.', mend: 'Run picoclaw onboard.' })
    return table()
  }
  const parsed = parseConfig(source)
  warnings.push(...parsed.warnings)
  return parsed.root
}

function checkVersion(root: Table): void {
  const version = at(root, 'version')
  if (version === undefined) return
  const known =
    version.kind === 'scalar' && [0, 1, 2, 3].includes(Number(version.value)) && typeof version.value === 'number'
  if (known) return
  const said = version.kind === 'scalar' ? String(version.value) : 'this'
  throw faultOf(
    version.origin,
    ['version'],
    `The version ${said} of the config is not known; 0 to 3 are.`,
    'Use the picoclaw that wrote this file, or write the layout of version 3.',
  )
}

function fetcherFor(environment: Environment): Fetcher {
  const folder = dirname(environment.configPath)
  return (text) => (text.startsWith('file://') ? readSecretFile(text.slice('file://'.length), folder) : undefined)
}
